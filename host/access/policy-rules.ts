import type { Facts } from '../../entries/facts/facts.ts';
import type { Condition } from './condition.ts';

/** One rule of an admission policy. */
export interface PolicyRule {
  readonly name: string;
  readonly decides: 'admit' | 'refuse';
  readonly when: Condition;
}

/** Facts of the sender that a policy may ask for. */
export interface PolicyPrincipal {
  readonly name: string;
  readonly rights: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;
  /** Of its client certificate; empty for who shows none. */
  readonly certificate: Readonly<Record<string, unknown>>;
  /** Subject alternative names of its client certificate, and the address that its issuer has verified. */
  readonly identities: readonly string[];
}

export interface PolicyQuestion extends Facts {
  readonly principal: PolicyPrincipal;
}

/** Whether an entry is admitted, and the rule that says so; undefined where none holds, and the default decides. */
export interface PolicyDecision {
  readonly admits: boolean;
  readonly rule: string | undefined;
}

/** Names of the variables of a policy's conditions. */
export const POLICY_VARIABLES: readonly string[] = ['entry', 'certificate', 'principal'];

/**
 * Returns the decision of the first rule that holds. A condition that cannot be answered, for want of a member that it names,
 * holds where it would refuse and not where it would admit.
 */
export function decide(
  { rules, admitsByDefault }: { readonly rules: readonly PolicyRule[]; readonly admitsByDefault: boolean },
  question: PolicyQuestion,
): PolicyDecision {
  const variables = { entry: question.entry, certificate: question.certificate, principal: question.principal };
  for (const { name, decides, when } of rules) {
    const answer = when.ask(variables);
    if (answer === true || (answer === undefined && decides === 'refuse'))
      return { admits: decides === 'admit', rule: name };
  }
  return { admits: admitsByDefault, rule: undefined };
}

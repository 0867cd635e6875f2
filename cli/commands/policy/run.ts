import { failedCases } from '../../../host/access/policy-cases.ts';
import { type AdmissionPolicy, readPolicyFile } from '../../../host/access/policy-file.ts';
import { decide } from '../../../host/access/policy-rules.ts';
import { factsOfProposal } from '../../entry/admit.ts';
import { named, readInput } from '../../files/input.ts';
import type { CommandModule, Run } from '../../frame/command.ts';
import type { ExitCode } from '../../frame/exit-codes.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import type { policy } from './about.ts';

type PolicyRun = Run<(typeof policy)['options']>;

export const run: CommandModule<(typeof policy)['options']>['run'] = async (asked) => {
  const [action, file = ''] = asked.words;
  return action === 'test' ? test(asked, file) : explain(asked, file);
};

function test({ output, options }: PolicyRun, file: string): ExitCode {
  if (options.policy !== undefined) throw new UsageFault('policy test takes the policy itself, and no --policy');
  const policy = named(file, () => readPolicyFile(file));
  const failed = failedCases(policy);
  const [rules, cases] = [policy.rules.length, policy.cases.length];
  const text = [...failed, `${rules} rules, ${cases} cases, ${failed.length} failed`].join('\n');
  output.result({ rules, cases, failed }, `${text}\n`);
  return failed.length > 0 ? 1 : 0;
}

function explain({ output, options }: PolicyRun, file: string): ExitCode {
  if (options.policy === undefined) throw new UsageFault('policy explain needs --policy FILE');
  const { policy: name } = options;
  const policy: AdmissionPolicy = named(name, () => readPolicyFile(name));
  const claims = options.claims === undefined ? {} : jsonIn(options.claims);
  const facts = named(file, () => factsOfProposal(jsonIn(file), policy));
  const principal = { name: 'somebody', rights: ['submit'], claims, certificate: {}, identities: [] };
  const { admits, rule } = decide(policy, { ...facts, principal });
  const by = rule === undefined ? 'by default' : `by the rule ${JSON.stringify(rule)}`;
  const shown = JSON.stringify(facts, undefined, 2);
  output.result({ admits, rule: rule ?? null, facts }, `${admits ? 'admitted' : 'refused'} ${by}\n${shown}\n`);
  return 0;
}

/** @throws UsageFault unless the file has a JSON object */
function jsonIn(file: string): Readonly<Record<string, unknown>> {
  const bytes = readInput(file, file);
  return named(file, () => {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is no JSON object');
    return value as Readonly<Record<string, unknown>>;
  });
}

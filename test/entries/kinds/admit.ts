import { type Admission, admitAll, type AdmissionRules } from '../../../entries/admission.ts';
import { DEFAULT_ALGORITHMS } from '../../../entries/algorithm-policy.ts';
import { type AdmittedEntry } from '../../../entries/kind.ts';
import { kinds } from '../../../entries/kinds/index.ts';
import { KindRegistry } from '../../../entries/registry.ts';
import { checkClaims } from '../signatures/every-verifier.ts';

export const registry = new KindRegistry(kinds);

export const RULES: AdmissionRules = {
  algorithms: new Set(DEFAULT_ALGORITHMS),
  kinds: new Set(['hashedrekord', 'intoto', 'dsse']),
  maxBody: 65_535,
  maxAttestation: 102_400,
};

export type Purpose = 'create' | 'lookup';

export function admitEach(proposals: readonly unknown[], purpose: Purpose = 'create', rules = RULES) {
  return admitAll(proposals, purpose, rules, registry, checkClaims);
}

/** @throws what the proposal fails with */
export function admit(proposal: unknown, purpose: Purpose = 'create', rules = RULES): AdmittedEntry {
  const [admission] = admitEach([proposal], purpose, rules);
  if (admission instanceof Error) throw admission;
  if (admission === undefined) throw new Error('nothing was answered');
  return admission;
}

/** The class and message of the failure; undefined when it is admitted. */
export function refusal(proposal: unknown, purpose: Purpose = 'create', rules = RULES): string | undefined {
  const [admission] = admitEach([proposal], purpose, rules);
  return admission instanceof Error ? `${admission.name}: ${admission.message}` : undefined;
}

export function bodyOf(admission: Admission): string {
  if (admission instanceof Error) throw admission;
  return new TextDecoder().decode(admission.body);
}

export const stored = (entry: AdmittedEntry): unknown => JSON.parse(bodyOf(entry));
export const keysOf = (entry: AdmittedEntry): readonly string[] => entry.searchKeys.map(({ text }) => text);

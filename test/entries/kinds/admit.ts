import { type AdmissionResult, admitAll, type AdmissionRules } from '../../../entries/admission.ts';
import { DEFAULT_ALGORITHMS } from '../../../entries/algorithm-policy.ts';
import { unpackSearchKeys } from '../../../entries/search-key-list.ts';
import type { AdmittedEntry } from '../../../entries/kind.ts';
import type { SearchKey } from '../../../entries/search-key-list.ts';
import { kinds } from '../../../entries/kinds/index.ts';
import { KindRegistry } from '../../../entries/registry.ts';
import { judgeClaims } from '../signatures/every-verifier.ts';

export const registry = new KindRegistry(kinds);

export const RULES: AdmissionRules = {
  algorithms: new Set(DEFAULT_ALGORITHMS),
  kinds: new Set(['hashedrekord', 'intoto', 'dsse']),
  maxBody: 65_535,
  maxAttestation: 102_400,
};

export type Purpose = 'create' | 'lookup';

/** @param door - the kinds there are; those of the v1 API unless it is said */
export function admitEach(
  proposals: readonly unknown[],
  purpose: Purpose = 'create',
  rules: AdmissionRules = RULES,
  door = registry,
) {
  return admitAll(proposals, purpose, rules, door, judgeClaims);
}

/** @throws what the proposal fails with */
export function admit(
  proposal: unknown,
  purpose: Purpose = 'create',
  rules: AdmissionRules = RULES,
  door = registry,
): AdmittedEntry {
  const [admission] = admitEach([proposal], purpose, rules, door);
  if (admission instanceof Error) throw admission;
  if (admission === undefined) throw new Error('nothing was answered');
  return admission;
}

/** The class and message of the failure; undefined when it is admitted. */
export function refusal(
  proposal: unknown,
  purpose: Purpose = 'create',
  rules: AdmissionRules = RULES,
  door = registry,
): string | undefined {
  const [admission] = admitEach([proposal], purpose, rules, door);
  return admission instanceof Error ? `${admission.name}: ${admission.message}` : undefined;
}

export function bodyOf(admission: AdmissionResult): string {
  if (admission instanceof Error) throw admission;
  return new TextDecoder().decode(admission.body);
}

export const stored = (entry: AdmittedEntry): unknown => JSON.parse(bodyOf(entry));
export const searchKeysOf = ({ searchKeys }: AdmittedEntry): readonly SearchKey[] =>
  unpackSearchKeys(searchKeys.packed);
export const keysOf = (entry: AdmittedEntry): readonly string[] => searchKeysOf(entry).map(({ text }) => text);

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

/** @param kindRegistry - the kinds there are; those of Rekor v1 unless it is given */
export function admitEach(
  proposals: readonly unknown[],
  purpose: Purpose = 'create',
  rules: AdmissionRules = RULES,
  kindRegistry = registry,
) {
  return admitAll(proposals, purpose, rules, kindRegistry, judgeClaims);
}

/** @throws what the proposal fails with */
export function admit(
  proposal: unknown,
  purpose: Purpose = 'create',
  rules: AdmissionRules = RULES,
  kindRegistry = registry,
): AdmittedEntry {
  const [admission] = admitEach([proposal], purpose, rules, kindRegistry);
  if (admission instanceof Error) throw admission;
  if (admission === undefined) throw new Error('nothing was answered');
  return admission;
}

/** The class and message of the failure; undefined when it is admitted. */
export function refusal(
  proposal: unknown,
  purpose: Purpose = 'create',
  rules: AdmissionRules = RULES,
  kindRegistry = registry,
): string | undefined {
  const [admission] = admitEach([proposal], purpose, rules, kindRegistry);
  return admission instanceof Error ? `${admission.name}: ${admission.message}` : undefined;
}

export function bodyOf(admission: AdmissionResult): string {
  if (admission instanceof Error) throw admission;
  return new TextDecoder().decode(admission.body);
}

export const storedForm = (entry: AdmittedEntry): unknown => JSON.parse(bodyOf(entry));
export const searchKeysOf = ({ searchKeys }: AdmittedEntry): readonly SearchKey[] =>
  unpackSearchKeys(searchKeys.packed);
export const keysOf = (entry: AdmittedEntry): readonly string[] => searchKeysOf(entry).map(({ text }) => text);

import { addCheckpointUrl } from '../witness/submission.ts';
import type { Policy, PolicyWitness } from './policy.ts';

/** One address to ask, and the witnesses that answer there: one request gets the cosignatures of all of them. */
export interface WitnessEndpoint {
  readonly url: string;
  /** At least one. */
  readonly witnesses: readonly PolicyWitness[];
}

/** The witnesses that have an address, by address. */
export function witnessEndpoints({ witnesses }: Policy): readonly WitnessEndpoint[] {
  const byUrl = new Map<string, PolicyWitness[]>();
  for (const witness of witnesses) {
    const url = witness.url === undefined ? undefined : addCheckpointUrl(witness.url);
    if (url !== undefined) byUrl.set(url, [...(byUrl.get(url) ?? []), witness]);
  }
  return [...byUrl].map(([url, asked]) => ({ url, witnesses: asked }));
}

import { readFileSync } from 'node:fs';

/** Rekor v2's verdict on a request: see the text beside the vectors. */
export type Verdict = { readonly parse: string } | { readonly refused: string } | { readonly leaf: string };

export interface Line {
  readonly name: string;
  readonly request?: string;
  readonly bytes?: string;
  readonly verdict: Verdict;
}

const lines = readFileSync('test/vectors/rekor-v2/verdicts.jsonl', 'utf8').trim().split('\n');
export const cases = lines.map((line) => JSON.parse(line) as Line);

/**
 * Where we differ on purpose: Rekor took a pure Ed25519 signature for what is called Ed25519ph; a form that only the log
 * has is refused later here; a number so small that it is 0 to a double is read as 0, and then refused.
 */
export const OURS: Readonly<Record<string, 'parse' | 'refused' | 'taken'>> = {
  'dsse EP': 'taken',
  'dsse pure under ph': 'refused',
  'json stored form': 'refused',
  'json keyDetails 1e-400': 'refused',
};

export function bytesOf({ request, bytes }: Line): Buffer {
  return request === undefined ? Buffer.from(bytes ?? '', 'base64') : Buffer.from(request);
}

/** The leaf hash, or at which of the two steps the request failed. */
export function expected(verdict: Verdict): string {
  if ('leaf' in verdict) return verdict.leaf;
  return 'parse' in verdict ? 'parse' : 'refused';
}

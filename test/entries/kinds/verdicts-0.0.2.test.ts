import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../base/bytes.ts';
import { MalformedJson } from '../../../base/failures.ts';
import { InvalidEntry } from '../../../entries/failures.ts';
import { readCreateEntryRequest } from '../../../entries/v2-request.ts';
import { admit, RULES } from './admit.ts';
import { v2Registry } from './v2.ts';

/** What Rekor v2 made of a request: see the text beside the vectors. */
type Verdict = { readonly parse: string } | { readonly refused: string } | { readonly leaf: string };

interface Line {
  readonly name: string;
  readonly request?: string;
  readonly bytes?: string;
  readonly verdict: Verdict;
}

const lines = readFileSync('test/vectors/rekor-v2/verdicts.jsonl', 'utf8').trim().split('\n');
const cases = lines.map((line) => JSON.parse(line) as Line);

/**
 * Where we differ on purpose: Rekor took a pure Ed25519 signature for what is called Ed25519ph; a form that only the log
 * has is refused later here; a number so small that it is 0 to a double is read as 0, and then refused.
 */
const OURS: Readonly<Record<string, 'parse' | 'refused' | 'taken'>> = {
  'dsse EP': 'taken',
  'dsse pure under ph': 'refused',
  'json stored form': 'refused',
  'json keyDetails 1e-400': 'refused',
};

/** The leaf hash, or at which of the two steps the request failed. */
function judge({ request, bytes }: Line): string {
  try {
    const body = request === undefined ? Buffer.from(bytes ?? '', 'base64') : Buffer.from(request);
    return toHex(admit(readCreateEntryRequest(body, RULES), 'create', RULES, v2Registry).leafHash);
  } catch (error) {
    if (error instanceof MalformedJson) return 'parse';
    if (error instanceof InvalidEntry) return 'refused';
    throw error;
  }
}

function expected(verdict: Verdict): string {
  if ('leaf' in verdict) return verdict.leaf;
  return 'parse' in verdict ? 'parse' : 'refused';
}

describe('§1.3, §2: what Rekor v2 makes of the same requests', () => {
  it('is at hand for several hundred, of which it took a hundred', () => {
    expect(cases.length).toBeGreaterThan(700);
    expect(cases.filter(({ verdict }) => 'leaf' in verdict).length).toBeGreaterThanOrEqual(100);
    expect(cases.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(OURS)));
  });

  it.each(cases.filter(({ name }) => !(name in OURS)))('$name', (line) => {
    expect(judge(line)).toBe(expected(line.verdict));
  });

  it.each(cases.filter(({ name }) => name in OURS))('$name: on purpose not', (line) => {
    const ours = judge(line);
    expect(ours).not.toBe(expected(line.verdict));
    expect(/^[0-9a-f]{64}$/.test(ours) ? 'taken' : ours).toBe(OURS[line.name]);
  });
});

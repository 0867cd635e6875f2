import { describe, expect, it } from 'vitest';
import { toHex } from '../../../base/bytes.ts';
import { MalformedJson } from '../../../base/failures.ts';
import { InvalidEntry } from '../../../entries/failures.ts';
import { readCreateEntryRequest } from '../../../entries/v2-request.ts';
import { admit, RULES } from './admit.ts';
import { bytesOf, cases, expected, type Line, OURS } from './rekor-v2-verdicts.ts';
import { v2Registry } from './v2.ts';

/** The leaf hash, or at which of the two steps the request failed. */
function judge(line: Line): string {
  try {
    return toHex(admit(readCreateEntryRequest(bytesOf(line), RULES), 'create', RULES, v2Registry).leafHash);
  } catch (error) {
    if (error instanceof MalformedJson) return 'parse';
    if (error instanceof InvalidEntry) return 'refused';
    throw error;
  }
}

describe('rekor-v2 §1.3, §2: what Rekor v2 makes of the same requests', () => {
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

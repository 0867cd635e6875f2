import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../base/bytes.ts';
import { unpackSearchKeys } from '../../../entries/search-key-list.ts';
import { readJson } from '../../../base/json-reader.ts';
import { type AdmissionResult } from '../../../entries/admission.ts';
import { admitEach } from './admit.ts';

/** Rekor 1.5.4's verdict on a proposal: see the text beside the vectors. */
interface Verdict {
  readonly bind?: string;
  readonly lookup?: string;
  readonly create?: string;
  readonly canon?: string;
  readonly leaf?: string;
  readonly keys?: readonly string[];
  readonly keysErr?: string;
  readonly attLen?: number;
}

const lines = readFileSync('test/vectors/rekor/verdicts.jsonl', 'utf8').trim().split('\n');
const cases = lines.map((line) => {
  const { proposal, verdict } = readJson(Buffer.from(line), 'refuse') as { proposal: unknown; verdict: Verdict };
  return { proposal, verdict, text: `${JSON.stringify(proposal).slice(0, 90)}...` };
});
const proposals = cases.map(({ proposal }) => proposal);
const lookups = admitEach(proposals, 'lookup');
const creations = admitEach(proposals, 'create');

const LIST = 'validation failure list:\n';
const GO_JSON = /^(json: |invalid character|unexpected end of JSON)/;

/**
 * Returns the part of a refusal that clients can rely on: not the names that go-swagger repeats in front of a member,
 * and not Go's words for JSON that it cannot decode.
 */
function essence(message: string): string {
  if (GO_JSON.test(message) || message.startsWith('the DSSE envelope')) return 'JSON that cannot be decoded';
  const first = message.replace(LIST, '').split('\n')[0] ?? '';
  return first.replace(/^[\w.]*\.(?=\w+ in body )/, '');
}

const messageOf = (admission: AdmissionResult | undefined): string =>
  admission instanceof Error ? essence(admission.message) : 'admitted';

describe('rekor-v1 §3: what Rekor 1.5.4 says to the same proposals', () => {
  it('is at hand for several hundred', () => {
    expect(cases.length).toBeGreaterThan(400);
  });

  it.each(cases.map(({ text, verdict }, i) => ({ text, verdict, i })))('$i $text', ({ verdict, i }) => {
    const refused = verdict.bind ?? verdict.lookup ?? verdict.canon;
    expect(messageOf(lookups[i])).toBe(refused === undefined ? 'admitted' : essence(refused));
    const entry = lookups[i];
    if (entry === undefined || entry instanceof Error) return;
    expect(toHex(entry.leafHash)).toBe(verdict.leaf);
    expect(
      unpackSearchKeys(entry.searchKeys.packed)
        .map(({ text }) => text)
        .sort(),
    ).toEqual(keysOf(verdict));
    expect(entry.attestation?.length ?? 0).toBe(attested(verdict));
    expect(messageOf(creations[i])).toBe(afterReading(verdict, creations[i]));
  });
});

describe('rekor-v1 §3: what Rekor 1.5.4 says of forms that cannot be inserted', () => {
  const stored = cases.flatMap(({ verdict, text }, i) => (verdict.create === undefined ? [] : [{ verdict, text, i }]));
  it.each(stored)('$i $text', ({ verdict, i }) => {
    expect(messageOf(creations[i])).toBe(afterReading(verdict, creations[i]));
  });
});

/** An index holds each key once and in lower case; one that cannot be made costs all. */
function keysOf({ keys = [], keysErr }: Verdict): readonly string[] {
  return keysErr === undefined ? [...new Set(keys.map((key) => key.toLowerCase()))].sort() : [];
}

const attested = ({ create, attLen = 0 }: Verdict): number => (create === undefined ? attLen : 0);

/** The policy is the API's, not the kinds': the verdicts do not know it. */
function afterReading({ create }: Verdict, creation: AdmissionResult | undefined): string {
  if (create !== undefined) return `entry not insertable into log: ${create}`;
  return messageOf(creation) === 'entry algorithms are not allowed' ? messageOf(creation) : 'admitted';
}

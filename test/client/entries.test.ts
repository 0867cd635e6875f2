import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { utf8 } from '../../base/bytes.ts';
import type { Verdict } from '../../base/verdict.ts';
import { parsePolicy } from '../../checkpoint/policy/parse.ts';
import type { Policy } from '../../checkpoint/policy/policy.ts';
import { verifyProofFile } from '../../client/proof-file.ts';
import { type RekorLog, verifyRekorEntry } from '../../client/rekor-v1.ts';
import { verifyTransparencyLogEntry } from '../../client/rekor-v2.ts';
import { hashedrekord, newSubmitter } from '../../testkit/proposals.ts';
import { type EntryValue, entryOf, rekorLogOf } from '../server/entry-answers.ts';
import type { EntryAnswer } from '../server/rekor-v2/answers.ts';
import { type Asking, askOf } from '../support/ask.ts';
import { openTestLog, type TestLog } from '../support/log.ts';
import { hashedRekordRequest, keyVerifier, makeV2Signer } from '../support/v2-requests.ts';
import { reasonOf } from '../support/verdicts.ts';

let opened: TestLog;
let asking: Asking;
let id: string;
let v1: EntryValue;
let v2: EntryAnswer;
let log: RekorLog;
let policy: Policy;

beforeAll(async () => {
  opened = await openTestLog();
  asking = await askOf(opened.app);
  for (const artifact of ['a', 'b', 'c', 'f']) await asking.post('/api/v1/log/entries', hashedrekord(artifact));
  [id, v1] = entryOf((await asking.post('/api/v1/log/entries', hashedrekord('d'))).text);
  const signer = makeV2Signer();
  const request = { hashedRekordRequestV002: hashedRekordRequest(signer, keyVerifier(signer), 'e') };
  v2 = JSON.parse((await asking.post('/api/v2/log/entries', request)).text) as EntryAnswer;
  log = rekorLogOf(v1, (await asking.get('/api/v1/log/publicKey')).text);
  policy = parsePolicy(utf8(`log ${(await asking.get('/vkey')).text.trim()}\nquorum none\n`));
});
afterAll(async () => {
  await asking[Symbol.asyncDispose]();
  await opened.close();
});

type Changed = readonly [path: string, value: unknown];

/** Copies of `value`, each with one member below it changed or missing, by the path of that member. */
function changed(value: unknown, path = ''): readonly Changed[] {
  if (Array.isArray(value)) return changedLists(value as readonly string[]).map((list) => [path, list]);
  if (typeof value === 'string') return [[path, otherText(value)]];
  if (typeof value === 'number') return [[path, value + 1]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]): readonly Changed[] => {
    const { [name]: _, ...rest } = value as Record<string, unknown>;
    const at = path === '' ? name : `${path}.${name}`;
    return [
      [`without ${at}`, rest],
      ...changed(member, at).map(([below, one]): Changed => [below, { ...rest, [name]: one }]),
    ];
  });
}

function changedLists([first = '', ...rest]: readonly string[]): readonly (readonly string[])[] {
  return [rest, [first, ...rest, first], [otherText(first), ...rest], [...rest, first]];
}

function otherText(text: string, at = Math.floor(text.length / 2)): string {
  return `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`;
}

/** Paths of the changes with which the entry still holds. */
function overlooked(value: unknown, verify: (one: unknown) => Verdict): readonly string[] {
  return changed(value).flatMap(([path, one]) => (verify(one).holds ? path : []));
}

describe('rekor-v1 §1.1: an entry verified by client/', () => {
  it('holds as the log answers it, and has the body and the index', () => {
    const verdict = verifyRekorEntry(id, v1, log);
    expect(verdict).toMatchObject({ holds: true, index: v1.verification.inclusionProof.logIndex });
    expect(verdict.holds && Buffer.from(verdict.body).toString('base64')).toBe(v1.body);
    expect(verifyRekorEntry(id.slice(16), v1, log).holds).toBe(true);
  });

  it('holds with no member changed or missing', () => {
    expect(changed(v1).length).toBeGreaterThan(20);
    expect(overlooked(v1, (one) => verifyRekorEntry(id, one, log))).toStrictEqual([]);
  });

  it('holds with no character of the checkpoint changed', () => {
    const { verification } = v1;
    const { checkpoint } = verification.inclusionProof;
    const verdicts = Array.from(checkpoint, (_, at) => {
      const inclusionProof = { ...verification.inclusionProof, checkpoint: otherText(checkpoint, at) };
      return verifyRekorEntry(id, { ...v1, verification: { ...verification, inclusionProof } }, log);
    });
    expect(verdicts.filter(({ holds }) => holds)).toStrictEqual([]);
  });

  it('names the reason: another id, another tree, another log, an answer that is none', () => {
    const reason = (...args: Parameters<typeof verifyRekorEntry>) => reasonOf(verifyRekorEntry(...args));
    expect(reason(otherText(id, 79), v1, log)).toBe('the id is not the leaf hash of the entry');
    expect(reason(otherText(id, 9), v1, log)).toBe('the id names another tree');
    expect(reason(id, v1, { ...log, logId: 'f'.repeat(64) })).toBe(`the entry is one of the log ${v1.logID}`);
    expect(reason(id, { ...v1, integratedTime: -1 }, log)).toBe('integratedTime is not an integer from 0 to 2^53 - 1');
    expect(reason(id, undefined, log)).toBe('the answer is no object');
    const stranger = { ...log, verifier: { ...log.verifier, name: 'other.test' } };
    expect(reason(id, v1, stranger)).toBe('the checkpoint does not hold: no known key has signed the note');
  });
});

/** Members of a TransparencyLogEntry that nothing signs, and that the verification neither reads nor returns. */
const UNSIGNED_MEMBER = /^(?:without )?(?:kindVersion|integratedTime|inclusionPromise)\b/;

describe('rekor-v2 §1.4: a TransparencyLogEntry verified by client/', () => {
  it('holds as the log answers it, and has the body and the index', () => {
    const verdict = verifyTransparencyLogEntry(v2, policy);
    expect(verdict).toMatchObject({ holds: true, index: Number(v2.logIndex) });
    expect(verdict.holds && Buffer.from(verdict.body).toString('base64')).toBe(v2.canonicalizedBody);
  });

  it('holds with no member changed or missing but for those that nothing signs', () => {
    const held = overlooked(v2, (one) => verifyTransparencyLogEntry(one, policy));
    expect(held.filter((path) => !UNSIGNED_MEMBER.test(path))).toStrictEqual([]);
  });

  it('names the reason: a policy without the log, and a quorum that is missing', () => {
    const other = parsePolicy(utf8('quorum none\n'));
    const [name = ''] = v2.inclusionProof.checkpoint.envelope.split('\n', 1);
    expect(reasonOf(verifyTransparencyLogEntry(v2, other))).toBe(
      `the checkpoint does not hold: no log ${name} is trusted`,
    );
    const strict = { ...policy, witnesses: [], quorum: 'nobody' };
    expect(reasonOf(verifyTransparencyLogEntry(v2, strict))).toMatch(/0 cosignatures of witnesses are no quorum$/);
  });
});

describe('c2sp.org/tlog-proof: a proof file verified by client/', () => {
  it('holds for its entry and for no other body', async () => {
    const { text } = await asking.get(`/api/v2/log/proof/${v2.logIndex}`);
    const body = Buffer.from(v2.canonicalizedBody, 'base64');
    expect(verifyProofFile(text, body, policy)).toMatchObject({ holds: true });
    expect(reasonOf(verifyProofFile(text, utf8('other'), policy))).toMatch(
      /^the entry is not at \d+ of the tree of \d+$/,
    );
    expect(reasonOf(verifyProofFile('', body, policy))).toBe('no empty line above the checkpoint');
  });

  it('shows nothing of a submitter who has sent no entry', () => {
    expect(verifyProofFile(utf8(newSubmitter().pem), utf8(''), policy).holds).toBe(false);
  });
});

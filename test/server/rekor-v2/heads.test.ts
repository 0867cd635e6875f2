import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { utf8 } from '../../../base/bytes.ts';
import { NotIncluded } from '../../../checkpoint/proof/failures.ts';
import { BadSignature } from '../../../checkpoint/failures.ts';
import { parsePolicy } from '../../../checkpoint/policy/parse.ts';
import { knownLogs } from '../../../checkpoint/policy/policy.ts';
import { parseTlogProof } from '../../../checkpoint/proof/tlog-proof.ts';
import { verifyTlogProof } from '../../../checkpoint/proof/verify.ts';
import type { Log } from '../../../log/types.ts';
import { hashLeaf } from '../../../merkle/hash.ts';
import { treeSize as sizeOf } from '../../../merkle/types.ts';
import { type Asking, askOf } from '../../support/ask.ts';
import { auditLog, type Audited } from '../../support/audit.ts';
import { leafHash, openCheckpoint, openRekorCheckpoint, rootOfLeaves, rootOfPath } from '../../support/auditor.ts';
import { openTestLog, type TestLog } from '../../support/log.ts';
import { mixedSubmissions } from '../../support/mixed.ts';
import { instead, type Variant, variantOf } from '../variants.ts';
import { statusText } from './answers.ts';

const HEADS = '/api/v2/log/heads';
const PROOF = '/api/v2/log/proof';
/** One head an entry: each is sent once the one before is answered. */
const SIZE = 8;

interface Page {
  readonly heads: readonly {
    readonly treeSize: number;
    readonly rootHash: string;
    readonly time: number;
    readonly rekorV1: string;
    readonly note: string;
  }[];
  readonly nextBelow?: number;
}

let opened: TestLog;
let asking: Asking;
let vkey: string;
let audited: Audited;
/** Checkpoints as they were served when they were new. */
const served: string[] = [];

beforeAll(async () => {
  opened = await openTestLog();
  asking = await askOf(opened.app);
  vkey = (await asking.get('/vkey')).text;
  served.push((await asking.get('/checkpoint')).text);
  for (const { path, body } of mixedSubmissions(SIZE - 1)) {
    await asking.post(path, body);
    served.push((await asking.get('/checkpoint')).text);
  }
  audited = await auditLog(asking, '', vkey);
});
afterAll(async () => {
  await asking[Symbol.asyncDispose]();
  await opened.close();
});

const pageAt = async (query: string, from = asking): Promise<Page> =>
  JSON.parse((await from.get(`${HEADS}${query}`)).text) as Page;
const askVariant = (variant: Variant): Promise<Asking> => askOf(variantOf(opened.log, variant));

describe('GET /api/v2/log/heads', () => {
  it('lists every head that was served, the newest first, with both of its notes', async () => {
    const pem = (await asking.get('/api/v1/log/publicKey')).text;
    const { heads, nextBelow } = await pageAt('');
    expect(heads.map(({ note }) => note)).toEqual(served.toReversed());
    expect(nextBelow).toBeUndefined();
    for (const { treeSize, rootHash, time, rekorV1, note } of heads) {
      const root = rootOfLeaves(audited.leaves.slice(0, treeSize));
      expect(rootHash).toBe(root.toString('base64'));
      expect(openCheckpoint(note, vkey)).toMatchObject({ size: treeSize, root });
      expect(openRekorCheckpoint(rekorV1, 'rekor.test', pem)).toMatchObject({ size: treeSize, root });
      expect(time).toBeGreaterThan(1_700_000_000);
    }
  });

  it.each([1, 2, 3, 7, 8, 9])('is read whole %i at a time, each head once', async (limit) => {
    const sizes: number[] = [];
    let query = `?limit=${limit}`;
    for (let pages = 0; pages <= SIZE; pages += 1) {
      const { heads, nextBelow } = await pageAt(query);
      expect(heads.length).toBeLessThanOrEqual(limit);
      sizes.push(...heads.map(({ treeSize }) => treeSize));
      if (nextBelow === undefined) break;
      query = `?limit=${limit}&below=${nextBelow}`;
    }
    expect(sizes).toEqual(Array.from({ length: SIZE }, (_, i) => SIZE - i));
  });

  it('is read in pages of about 1 MiB where heads are long, of which few are read at a time', async () => {
    const length = 20_000;
    const asked: number[] = [];
    const head = opened.log.head();
    const heads: Log['heads'] = async (below, limit) => {
      asked.push(limit);
      const sizes = Array.from({ length: limit }, (_, i) => Math.min(below, 201) - 1 - i).filter((size) => size > 0);
      return sizes.map((size) => ({
        ...head,
        size: sizeOf(size),
        checkpoint: `${head.checkpoint}— w ${'A'.repeat(length)}\n`,
      }));
    };
    await using long = await askOf(variantOf(instead(opened.log, { heads })));
    const [sizes, lengths]: [number[], number[]] = [[], []];
    for (let query = '?limit=1000'; query !== '';) {
      const { text } = await long.get(HEADS + query);
      const page = JSON.parse(text) as Page;
      sizes.push(...page.heads.map((one) => one.treeSize));
      lengths.push(text.length);
      query = page.nextBelow === undefined ? '' : `?limit=1000&below=${page.nextBelow}`;
    }
    expect(sizes).toEqual(Array.from({ length: 200 }, (_, i) => 200 - i));
    expect(Math.max(...asked)).toBe(16);
    expect(Math.max(...lengths)).toBeLessThan(1024 * 1024 + 16 * (length + 1000));
    expect(lengths.length).toBeGreaterThan(2);
  });

  it('goes on below a size that may lie beyond the log, and ends at the first', async () => {
    const sizesBelow = async (below: string) => (await pageAt(`?below=${below}`)).heads.map((head) => head.treeSize);
    expect(await sizesBelow('4')).toEqual([3, 2, 1]);
    expect(await sizesBelow('9')).toHaveLength(SIZE);
    expect(await sizesBelow('9223372036854775807')).toHaveLength(SIZE);
    for (const none of ['0', '1']) expect(await pageAt(`?below=${none}`)).toEqual({ heads: [] });
  });

  it('has pages as long as the operator lets them be, also where nobody says how long', async () => {
    await using narrow = await askVariant({ settings: { searchPage: 3 } });
    expect((await pageAt('', narrow)).heads).toHaveLength(3);
    const refused = await narrow.get(`${HEADS}?limit=4`);
    expect([refused.status, refused.text]).toEqual([
      400,
      statusText(3, 'limit in query should be less than or equal to 3'),
    ]);
  });

  it.each([
    ['limit=0', 'limit in query should be greater than or equal to 1'],
    ['limit=-1', 'limit in query should be greater than or equal to 1'],
    ['limit=1001', 'limit in query should be less than or equal to 1000'],
    ['limit=x', 'limit in query must be of type int64: "x"'],
    ['below=-1', 'below in query should be greater than or equal to 0'],
    ['below=1.5', 'below in query must be of type int64: "1.5"'],
    ['below=9223372036854775808', 'below in query must be of type int64: "9223372036854775808"'],
  ])('refuses ?%s', async (query, message) => {
    const { status, text } = await asking.get(`${HEADS}?${query}`);
    expect([status, text]).toEqual([400, statusText(3, message)]);
  });

  it('is empty in a log without entries, which has a checkpoint all the same', async () => {
    const empty = await openTestLog(['--genesis', 'off']);
    try {
      await using other = await askOf(empty.app);
      expect(await pageAt('', other)).toEqual({ heads: [] });
      const { text } = await other.get('/checkpoint');
      expect(openCheckpoint(text, (await other.get('/vkey')).text)).toMatchObject({ size: 0, root: rootOfLeaves([]) });
      expect((await other.get(`${PROOF}/0`)).status).toBe(404);
    } finally {
      await empty.close();
    }
  });
});

describe('GET /api/v2/log/proof/{entry}: c2sp.org/tlog-proof', () => {
  const bodyAt = (index: number): Buffer => audited.bodies[index] ?? Buffer.of();

  it('is three parts: what it is, the path, and the checkpoint as it is served', async () => {
    const { status, headers, text } = await asking.get(`${PROOF}/5`);
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
    const [, index, path = '', note = ''] =
      /^c2sp\.org\/tlog-proof@v1\nindex (\d+)\n((?:[A-Za-z0-9+/]{43}=\n)*)\n([^]*)$/.exec(text) ?? [];
    expect([index, note]).toEqual(['5', served.at(-1)]);
    const hashes = path.split('\n').slice(0, -1);
    const root = rootOfPath(
      leafHash(bodyAt(5)),
      5,
      SIZE,
      hashes.map((hash) => Buffer.from(hash, 'base64')),
    );
    expect(root).toEqual(openCheckpoint(note, vkey).root);
  });

  it('of every entry is verified without a connection, by its body alone', async () => {
    const policy = parsePolicy(utf8(`log ${vkey}quorum none\n`));
    for (const [index, body] of audited.bodies.entries()) {
      const proof = parseTlogProof((await asking.get(`${PROOF}/${index}`)).text);
      const { checkpoint } = verifyTlogProof(proof, hashLeaf(body), knownLogs(policy), policy);
      expect([checkpoint.origin, checkpoint.size, proof.index]).toEqual(['rekor.test', SIZE, index]);
      const other = hashLeaf(bodyAt((index + 1) % SIZE));
      expect(() => verifyTlogProof(proof, other, knownLogs(policy), policy)).toThrow(NotIncluded);
    }
  });

  it('does not verify under another checkpoint of the log, or with a changed one', async () => {
    const policy = parsePolicy(utf8(`log ${vkey}quorum none\n`));
    const { text } = await asking.get(`${PROOF}/3`);
    const judge = (changed: string) => () =>
      verifyTlogProof(parseTlogProof(changed), hashLeaf(bodyAt(3)), knownLogs(policy), policy);
    const newest = served.at(-1) ?? '';
    expect(judge(text)).not.toThrow();
    expect(judge(text.replace(newest, served.at(-2) ?? ''))).toThrow(NotIncluded);
    expect(judge(text.replace(`\n${SIZE}\n`, `\n${SIZE + 1}\n`))).toThrow(BadSignature);
  });

  it('is the same by leaf hash, in either case', async () => {
    const hex = leafHash(bodyAt(6)).toString('hex');
    const { text } = await asking.get(`${PROOF}/6`);
    for (const name of [hex, hex.toUpperCase()]) expect((await asking.get(`${PROOF}/${name}`)).text).toBe(text);
  });

  it.each([String(SIZE), '99', '9007199254740993', '1'.repeat(40), 'ab'.repeat(32)])(
    'says that the log has no entry %s',
    async (name) => {
      const { status, headers, text } = await asking.get(`${PROOF}/${name}`);
      expect([status, text]).toEqual([404, statusText(5, `the log has no entry ${name}`)]);
      expect(headers['cache-control']).toBe('no-store');
    },
  );

  it.each(['', 'x', '01', '+1', '-1', '1.0', '1/', 'ab'.repeat(31), 'ab'.repeat(40), 'g'.repeat(64)])(
    'does not take %j for an entry',
    async (name) => {
      const { status, text } = await asking.raw('GET', `${PROOF}/${name}`);
      const message = `${JSON.stringify(name)} in path is neither an index nor a leaf hash of 64 hex digits`;
      expect([status, text]).toEqual([400, statusText(3, message)]);
    },
  );
});

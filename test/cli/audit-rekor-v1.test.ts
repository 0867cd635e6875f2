import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LogFolder, type ServerProcess, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { submit } from '../scripts/operator.ts';
import { answersOf, flipped, type Liar, type Lie, openLiar, withBody } from '../support/liar.ts';
import { jsonOf, type Ran, stele } from '../support/stele.ts';

const stringMatching = (part: RegExp): unknown => expect.stringMatching(part);

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'stele-full-v1-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let made = 0;
const newState = (): string => join(scratch, `state-${(made += 1)}`);
const audit = (base: string, state: string, ...words: string[]): Promise<Ran> =>
  stele(['audit', base, '--full', '--state', state, ...words]);

describe('stele audit --full by the API of Rekor v1', () => {
  let folder: LogFolder;
  let stelae: ServerProcess;
  let server: Liar;
  let key: string;
  const SIZE = 63;
  beforeAll(async () => {
    folder = temporaryFolder();
    stelae = await startServer(folder, { flags: ['--origin', 'full.test', '--genesis', 'off'] });
    await submit(stelae.base, 'full', SIZE);
    server = await openLiar(answersOf(stelae.base));
    key = await (await fetch(`${stelae.base}/api/v1/log/publicKey`)).text();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await stelae.stop();
    folder[Symbol.dispose]();
  });

  it('checks every entry with its signed entry timestamp', async () => {
    const ran = await audit(server.base, newState(), '--log-key', key, '--output', 'json');
    expect(ran).toMatchObject({ code: 0, err: '' });
    const { entries } = jsonOf(ran) as { entries: Readonly<Record<string, object>> };
    expect(Object.values(entries)).toEqual([{ 'rekor-v1': SIZE }]);
  });

  it('reads entry by entry where the server takes no questions for several', async () => {
    server.lie = (path, told) => (path.endsWith('/retrieve') ? { ...told, status: 404 } : told);
    server.asked.length = 0;
    expect(await audit(server.base, newState(), '--log-key', key)).toMatchObject({ code: 0 });
    server.lie = (_path, told) => told;
    expect(server.asked.filter((path) => path.includes('?logIndex='))).toHaveLength(SIZE);
  });

  it('checks both APIs where the keys of both are trusted', async () => {
    const ran = await audit(server.base, newState(), '--output', 'json');
    const { entries } = jsonOf(ran) as { entries: Readonly<Record<string, object>> };
    expect(Object.values(entries)).toEqual([{ tiles: SIZE }, { 'rekor-v1': SIZE }]);
  });

  type Entry = Record<string, unknown> & {
    verification: Record<string, unknown> & { inclusionProof: Record<string, unknown> };
  };
  /** Changes entry 41 wherever it is answered. */
  const entry41 =
    (change: (entry: Entry) => unknown): Lie =>
    (path, told) =>
      path.endsWith('/retrieve') ? withBody(told, (body) => changed41(body, change)) : told;
  const changed41 = (body: Buffer, change: (entry: Entry) => unknown): string => {
    const list = JSON.parse(body.toString()) as readonly Readonly<Record<string, Entry>>[];
    return JSON.stringify(
      list.map((each) => {
        const [[id, entry] = ['', undefined]] = Object.entries(each);
        return entry?.['logIndex'] === 41 ? { [id]: change(entry) } : each;
      }),
    );
  };
  const otherText = (text: unknown): string => {
    const bytes = Buffer.from(String(text), 'base64');
    return flipped(bytes, 40).toString('base64');
  };

  it.each<readonly [string, RegExp, (entry: Entry) => unknown]>([
    [
      'body',
      /entry 41 does not hold: the signed entry timestamp does not verify/,
      (entry) => ({ ...entry, body: otherText(entry['body']) }),
    ],
    ['time', /signed entry timestamp does not verify/, (entry) => ({ ...entry, integratedTime: 1 })],
    [
      'signed entry timestamp',
      /signed entry timestamp does not verify/,
      (entry) => ({
        ...entry,
        verification: {
          ...entry.verification,
          signedEntryTimestamp: otherText(entry.verification['signedEntryTimestamp']),
        },
      }),
    ],
    ['log id', /whose key is not trusted/, (entry) => ({ ...entry, logID: '00'.repeat(32) })],
    [
      'proof',
      /entry 41 does not hold: the inclusion proof/,
      (entry) => proofWith(entry, { hashes: (entry.verification.inclusionProof['hashes'] as string[]).toReversed() }),
    ],
    ['index in the tree', /entry 41 does not hold/, (entry) => proofWith(entry, { logIndex: 40 })],
    [
      'checkpoint',
      /entry 41 does not hold/,
      (entry) =>
        proofWith(entry, {
          checkpoint: String(entry.verification.inclusionProof['checkpoint']).replace('\n63\n', '\n64\n'),
        }),
    ],
    [
      'place: it does not come at all',
      /entry 41 was asked for, and did not come/,
      (entry) => ({ ...entry, logIndex: 1041 }),
    ],
  ])('names an entry with another %s', async (_, reason, change) => {
    server.lie = entry41(change);
    const ran = await audit(server.base, newState(), '--log-key', key);
    server.lie = (_path, told) => told;
    expect([ran.code, ran.out]).toEqual([1, '']);
    expect(ran.err).toMatch(reason);
  });

  const proofWith = (entry: Entry, members: object): Entry => {
    const inclusionProof = { ...entry.verification.inclusionProof, ...members };
    return { ...entry, verification: { ...entry.verification, inclusionProof } };
  };

  it('an empty log is sound', async () => {
    using empty = temporaryFolder();
    await using fresh = await startServer(empty, { flags: ['--origin', 'empty.test', '--genesis', 'off'] });
    const state = newState();
    expect(await audit(fresh.base, state)).toMatchObject({ code: 0 });
    await submit(fresh.base, 'first', 1);
    expect(await audit(fresh.base, state)).toMatchObject({
      code: 0,
      out: stringMatching(/begins with the 0 seen/),
    });
  });
});

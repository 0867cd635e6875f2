import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Log } from '../../../log/types.ts';
import type { RequestLine } from '../../../server/http/request-line.ts';
import { type Asking, askOf } from '../../support/ask.ts';
import { openTestLog, type TestLog } from '../../support/log.ts';
import { type RawConnection, rawConnection, requestHead } from '../../support/raw-connection.ts';
import { bundleOf, instead, variantOf } from '../variants.ts';

const MIB = 1024 * 1024;
/** As large as a bundle of 256 entries can be, and larger than what the system holds for a connection. */
const LENGTH = 256 * 65_537;
const BUDGET = 48 * MIB;

const BUNDLE = '/tile/entries/000';
const connections: RawConnection[] = [];
let opened: TestLog;
let asking: Asking;
let lines: RequestLine[] = [];

beforeAll(async () => {
  opened = await openTestLog();
  asking = await serving(5000);
});

/** @param unsentTimeout - of a reader that takes nothing, in milliseconds */
function serving(unsentTimeout: number): Promise<Asking> {
  const bundle: Log['bundle'] = async () => bundleOf(() => new Uint8Array(LENGTH));
  const report = {
    request: (line: RequestLine) => void lines.push(line),
    error: (thrown: unknown) => {
      throw thrown;
    },
  };
  const settings = { maxUnsentAnswers: BUDGET, unsentTimeout };
  return askOf(variantOf(instead(opened.log, { bundle }), { report, settings }));
}

afterEach(() => {
  for (const connection of connections.splice(0)) connection[Symbol.dispose]();
});
afterAll(async () => {
  await asking[Symbol.asyncDispose]();
  await opened.close();
});

async function ask(path: string, from?: string, { base } = asking): Promise<RawConnection> {
  const connection = await rawConnection(base, from);
  connections.push(connection);
  connection.send(requestHead('GET', path));
  return connection;
}

/** The first bytes of an answer; the rest is left with the system. */
async function begins({ socket }: RawConnection): Promise<string> {
  socket.resume();
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  socket.pause();
  return bytes.toString('latin1');
}

describe('answers that are not read', () => {
  it('take no more memory together than the budget: what is more is answered 503', async () => {
    lines = [];
    const all = await Promise.all(Array.from({ length: 20 }, (_, i) => ask(BUNDLE, `127.0.1.${i + 1}`)));
    const answers = await Promise.all(all.map((connection) => begins(connection)));
    const begun = answers.filter((head) => head.startsWith('HTTP/1.1 200 '));
    const refused = answers.filter((head) => head.startsWith('HTTP/1.1 503 '));
    expect(begun.length + refused.length).toBe(all.length);
    // On a slow machine some have stood for long enough to make room.
    const ended = lines.filter(({ reason }) => reason?.startsWith('the reader took the answer too slowly'));
    expect(begun.length - ended.length).toBe(Math.floor(BUDGET / LENGTH));
    expect(refused[0]).toContain('too many answers wait for their readers; try again');
  });

  it('of one address take no more than half of it, or one answer', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => ask(BUNDLE)));
    const answers = await Promise.all(all.map((connection) => begins(connection)));
    expect(answers.filter((head) => head.startsWith('HTTP/1.1 503 ')).length).toBeGreaterThan(0);
    expect((await ask(BUNDLE, '127.0.1.1').then(begins)).slice(9, 12)).toBe('200');
  });

  it('keep no one from an answer that is short', async () => {
    await Promise.all(Array.from({ length: 10 }, () => ask(BUNDLE)));
    for (const path of ['/ping', '/checkpoint', '/api/v1/log', '/api/v1/log/entries?logIndex=0'])
      expect((await asking.raw('GET', path)).status).toBe(200);
  });

  it('make room for a reader that reads, once they have stood for two seconds', async () => {
    lines = [];
    // The bytes that the system takes at first may look like a reader for some seconds: that it took nothing must not be said before.
    await using patient = await serving(60_000);
    const stalled = await ask(BUNDLE, undefined, patient);
    await begins(stalled);
    await expect
      .poll(async () => (await patient.raw('GET', BUNDLE)).status, { timeout: 20_000, interval: 200 })
      .toBe(200);
    await stalled.read(1);
    await stalled.closed;
    expect(lines.map(({ reason }) => reason)).toContainEqual(expect.stringMatching(/^the reader took .* too slowly/));
  });

  it('end with their connections when nothing is taken for as long as the settings say', async () => {
    lines = [];
    const stalled = await ask(BUNDLE);
    await begins(stalled);
    await expect
      .poll(() => lines.map(({ status, reason }) => [status, reason]), { timeout: 20_000 })
      .toContainEqual([499, 'the reader took nothing of the answer for too long']);
    expect(await stalled.read(1)).toEqual([]);
    await stalled.closed;
  });

  it('are whole for a reader that pauses for less than that', async () => {
    const slow = await ask(BUNDLE);
    let taken = 0;
    slow.socket.on('data', (chunk: Buffer) => {
      taken += chunk.length;
      slow.socket.pause();
      setTimeout(() => slow.socket.resume(), 2);
    });
    await expect.poll(() => taken, { timeout: 30_000 }).toBeGreaterThan(LENGTH);
    expect(lines.at(-1)).toMatchObject({ status: 200, bytesOut: LENGTH });
  });

  it('are forgotten when their readers go', async () => {
    for (let round = 0; round < 5; round += 1) {
      const one = await ask(BUNDLE);
      await expect.poll(() => one.socket.readableLength).toBeGreaterThan(0);
      one.socket.resetAndDestroy();
      await one.closed;
    }
    await expect.poll(async () => (await asking.raw('GET', BUNDLE)).status, { timeout: 20_000 }).toBe(200);
  });
});

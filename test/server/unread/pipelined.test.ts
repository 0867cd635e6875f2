import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Log } from '../../../log/types.ts';
import { MAX_WAITING_REQUESTS } from '../../../server/http/connection-turns.ts';
import { type Asking, askOf } from '../../support/ask.ts';
import { openTestLog, type TestLog } from '../../support/log.ts';
import { hashedrekord } from '../../../testkit/proposals.ts';
import { type RawAnswer, rawConnection, requestHead } from '../../support/raw-connection.ts';
import { bundleOf, instead, variantOf } from '../variants.ts';

/** As large as a bundle of 256 entries can be, and larger than what the system holds for a connection. */
const LARGE_BUNDLE = new Uint8Array(256 * 65_537);

let opened: TestLog;
let asking: Asking;
/** Bundles that were made. */
let made = 0;

beforeAll(async () => {
  opened = await openTestLog();
  const bundle: Log['bundle'] = async () => {
    made += 1;
    return bundleOf(() => LARGE_BUNDLE);
  };
  asking = await askOf(variantOf(instead(opened.log, { bundle })));
});
afterAll(async () => {
  await asking[Symbol.asyncDispose]();
  await opened.close();
});

/** Time for whatever would be done to be done: answers on another connection, one after another. */
async function othersAreAnswered(): Promise<void> {
  for (let i = 0; i < 50; i += 1) expect((await asking.raw('GET', '/healthz')).status).toBe(200);
}

const BUNDLE = requestHead('GET', '/tile/entries/000');
const PING = requestHead('GET', '/ping');
const statuses = (answers: readonly RawAnswer[]): readonly number[] => answers.map(({ status }) => status);

describe('RFC 9112 §9.3.2: pipelined requests', () => {
  it('are worked on one at a time: an answer that is not read keeps those behind it from being made', async () => {
    using connection = await rawConnection(asking.base);
    made = 0;
    connection.send(BUNDLE.repeat(MAX_WAITING_REQUESTS));
    await othersAreAnswered();
    expect(made).toBe(1);
    connection.send(PING.repeat(1000)); // more of them are not even read
    await othersAreAnswered();
    expect([made, connection.socket.destroyed]).toEqual([1, false]);
  });

  it('are all answered, in their order, by a sender that reads', async () => {
    using connection = await rawConnection(asking.base);
    made = 0;
    connection.send(`${BUNDLE}${PING}${BUNDLE}${requestHead('GET', '/nothing')}${PING}`);
    const answers = await connection.read(5);
    expect(statuses(answers)).toEqual([200, 200, 200, 404, 200]);
    expect([made, answers[2]?.length]).toEqual([2, LARGE_BUNDLE.length]);
  });

  it('with bodies are read in turn, the last one also when it comes late', async () => {
    using connection = await rawConnection(asking.base);
    const body = JSON.stringify(hashedrekord('pipelined'));
    const post = (length: number): string =>
      requestHead('POST', '/api/v1/log/entries', 'Content-Type: application/json', `Content-Length: ${length}`);
    connection.send(`${post(body.length)}${body}${PING}${post(body.length)}${body.slice(0, 100)}`);
    expect(statuses(await connection.read(2))).toEqual([201, 200]);
    connection.send(body.slice(100));
    expect(statuses(await connection.read(1))).toEqual([409]);
  });

  it(`of which more than ${MAX_WAITING_REQUESTS} come before one is answered end the connection`, async () => {
    using connection = await rawConnection(asking.base);
    made = 0;
    connection.send(BUNDLE + PING.repeat(MAX_WAITING_REQUESTS + 1));
    await connection.read(Infinity);
    await connection.closed;
    expect(made).toBeLessThanOrEqual(1);
  });

  it('that wait are forgotten with their connection', async () => {
    const connection = await rawConnection(asking.base);
    made = 0;
    connection.send(BUNDLE.repeat(10));
    await othersAreAnswered();
    connection.socket.resetAndDestroy();
    await othersAreAnswered();
    expect(made).toBe(1);
  });

  it('of a sender that goes on are answered for as long as it does', async () => {
    using connection = await rawConnection(asking.base);
    const each = MAX_WAITING_REQUESTS / 2;
    for (let round = 0; round < 20; round += 1) {
      connection.send(PING.repeat(each));
      expect(await connection.read(each)).toHaveLength(each);
    }
  });
});

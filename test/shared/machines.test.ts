import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { foldersIn, runServer, startServer } from '../../testkit/server-process.ts';
import { ask, created, entryAt, search, submissionOf, submit } from '../crash/client.ts';
import { type S3StandIn, startStandIn } from '../support/s3-stand-in.ts';
import { Outsider } from '../support/outsider.ts';
import { freePort } from '../support/free-port.ts';
import { type Group, openGroup, sharedOf } from './group.ts';

let store: S3StandIn;
let group: Group;
let flags: readonly string[];

beforeEach(async () => {
  store = await startStandIn();
  flags = ['--shared', 's3://log/a/log'];
  group = await openGroup({ flags, env: store.env, [Symbol.asyncDispose]: async () => undefined });
});
afterEach(async () => {
  await group[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

function folderOf(number: number) {
  const folder = join(group.folder, String(number));
  mkdirSync(folder, { recursive: true });
  return foldersIn(folder);
}
const keys = () => ['--v1-key', join(group.folder, 'v1.pem'), '--tile-key', join(group.folder, 'tile.pem')];

/** Starts a machine that is to be refused. @returns what it says */
async function refused(number: number, more: readonly string[]): Promise<string> {
  const { code, said } = await runServer(folderOf(number), { flags: more, env: store.env });
  expect(code).toBe(1);
  return said;
}

describe('machines that share a log', { timeout: 120_000 }, () => {
  it('find on each at once what any has acknowledged: a "not found" is never stale', async () => {
    const [one, other] = [await group.start(1), await group.start(2)];
    for (let turn = 0; turn < 30; turn += 1) {
      const [sent, asked] = turn % 2 === 0 ? [one, other] : [other, one];
      const submission = submissionOf(`fresh ${turn}`, 0);
      const receipt = created(await submit(sent.base, submission));
      const reads = [
        async () => (await entryAt(asked.base, receipt.logIndex)).id,
        async () => (await search(asked.base, submission.digest))[0],
        async () => (await ask(asked.base, `/tile/entries/000.p/${receipt.logIndex + 1}`))?.status,
      ];
      expect([receipt.id, 200]).toContain(await reads[turn % reads.length]?.());
    }
  });

  it('take one of two equal entries that come to two of them at one time', async () => {
    const machines = [await group.start(1), await group.start(2), await group.start(3)];
    for (let turn = 0; turn < 5; turn += 1) {
      const submission = submissionOf(`twice ${turn}`, 0);
      const answers = await Promise.all(machines.map(({ base }) => submit(base, submission)));
      expect(answers.map((answer) => answer?.status ?? 0).sort((a, b) => a - b)).toStrictEqual([201, 409, 409]);
    }
    const outsider = new Outsider();
    for (const { base } of machines) {
      await outsider.meet(base);
      expect(await outsider.audit(base)).toBe(6);
    }
  });

  it('say who leads', async () => {
    const one = await group.start(1);
    const other = await group.start(2);
    expect(await sharedOf(one.base)).toMatchObject({ role: 'leader', behind: 0 });
    expect(await sharedOf(other.base)).toMatchObject({ role: 'follower', behind: 0 });
    expect(existsSync(join(folderOf(2).data, 'birth.json'))).toBe(true);
  });

  it('take entries of no stranger', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const list = { flags, env: store.env, [Symbol.asyncDispose]: async () => undefined };
    await using alone = await openGroup(list, { flags: ['--shared-listen', address] });
    await alone.start(1);
    const place = (path: string, body: string) => fetch(`http://${address}${path}`, { method: 'POST', body });
    expect((await place('/place', 'x'.repeat(100))).status).toBe(403);
    expect((await place('/elsewhere', '')).status).toBe(404);
  });

  it('refuse to go on with a list that has lost records, and name the first', async () => {
    const one = await group.start(1);
    for (let turn = 0; turn < 3; turn += 1) created(await submit(one.base, submissionOf(`lost ${turn}`, 0)));
    await one.stop();
    const records = [...store.objects.keys()].filter((key) => key.includes('/records/')).sort();
    for (const key of records.slice(3)) store.objects.delete(key);
    expect(await refused(1, [...flags, ...keys()])).toContain('it has lost records that were acknowledged');
  });

  it('stop before a record that was changed, and serve what they have', async () => {
    const one = await group.start(1);
    created(await submit(one.base, submissionOf('first', 0)));
    await one.stop();
    const [last = ''] = [...store.objects.keys()]
      .filter((key) => key.includes('/records/'))
      .sort()
      .reverse();
    const record = store.objects.get(last) ?? Buffer.of();
    const changed = Buffer.from(record);
    changed[record.length - 3] = (changed[record.length - 3] ?? 0) ^ 1;
    store.objects.set(last, changed);
    expect(await refused(2, [...flags, ...keys()])).toContain('is not what its checksum says');
  });

  it('are refused with other keys, as another log, and as a log of their own', async () => {
    const one = await group.start(1);
    created(await submit(one.base, submissionOf('first', 0)));
    const { data } = folderOf(2);
    expect(await refused(2, [...flags, '--v1-key', join(data, 'v1.pem')])).toContain('key is missing');
    expect(await refused(2, [...flags, ...keys(), '--origin', 'other.test'])).toContain(
      'the log is shared.test for ever',
    );
    await one.stop();
    expect(await refused(1, keys())).toContain('a log that goes on beside them is a fork');
    expect(await refused(1, ['--shared', 's3://log/another', ...keys()])).toContain(
      'is empty, and the data folder holds log',
    );
  });

  it('take entries without keys of their own, where they may not lead', async () => {
    const secret = join(group.folder, 'secret');
    writeFileSync(secret, 'a secret that somebody made\n');
    await using all = await openGroup(
      { flags, env: store.env, [Symbol.asyncDispose]: async () => undefined },
      { flags: ['--shared-secret', secret] },
    );
    await all.start(1);
    const without = [...flags, '--lead', 'no', '--shared-secret', secret, '--lease', '1500ms'];
    await using reader = await startServer(folderOf(9), { flags: without, env: store.env });
    created(await submit(reader.base, submissionOf('through one without keys', 0)));
    expect(await sharedOf(reader.base)).toMatchObject({ role: 'follower' });
  });
});

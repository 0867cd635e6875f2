import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { APIS, proves, submissionFor, write, writeInTheEnd } from '../support/submissions.ts';
import { IndependentWitness } from '../support/independent-witness.ts';
import { cosignedAt, isSigned, readNote } from '../support/witness-math.ts';
import { ORIGIN, sceneWith, type Witnessed } from './witnessing.ts';

/** Compares the heads that the two APIs serve. @returns the size, and the checkpoint of Rekor v2 */
async function shown({ ask }: Witnessed): Promise<{ readonly size: number; readonly note: string }> {
  const [file, v2, info] = [
    await ask.get('/checkpoint'),
    await ask.get('/api/v2/checkpoint'),
    await ask.get('/api/v1/log'),
  ];
  expect([file.status, v2.status, info.status]).toEqual([200, 200, 200]);
  expect(v2.text).toBe(file.text);
  const { treeSize, rootHash, signedTreeHead } = JSON.parse(info.text) as Record<string, string | number>;
  const [note, other] = [readNote(file.text), readNote(String(signedTreeHead))];
  expect([treeSize, rootHash]).toEqual([Number(note.size), note.root]);
  expect([other.size, other.root]).toEqual([note.size, note.root]);
  expect(other.origin).toMatch(/^rekor\.test - \d+$/);
  return { size: Number(note.size), note: file.text };
}

/** Waits for what comes by itself. */
async function eventually(done: () => Promise<boolean> | boolean): Promise<void> {
  for (let attempt = 0; !(await done()); attempt += 1) {
    if (attempt > 3000) throw new Error('it never happened');
    await sleep(10);
  }
}

async function vkeyOf({ ask }: Witnessed): Promise<string> {
  return (await ask.get('/vkey')).text;
}

describe('decision 12 over HTTP, require: a writer gets 201 with a head that the witness has cosigned', () => {
  it('by both APIs, and the note has the log’s own signature first', async () => {
    const witness = new IndependentWitness('witness.test');
    await using scene = await sceneWith(witness);
    await using server = await scene.open('--witness=require');
    const vkey = await vkeyOf(server);
    for (const api of APIS) {
      const receipt = await writeInTheEnd(server.post, submissionFor(api, `by ${api}`));
      expect(proves(receipt)).toBe(true);
      const head = await shown(server);
      expect(readNote(receipt.note).size <= head.size).toBe(true);
      for (const note of api === 'v2' ? [receipt.note, head.note] : [head.note]) {
        const read = readNote(note);
        expect(isSigned({ ...read, lines: read.lines.slice(0, 1) }, vkey)).toBe(true);
        expect(cosignedAt(read, witness.vkey)).toBeGreaterThan(1_700_000_000);
        expect(read.lines).toHaveLength(2);
      }
      expect(readNote(receipt.note).lines).toHaveLength(api === 'v1' ? 1 : 2); // clients of v1 read no other line
      expect(witness.last(ORIGIN)?.size).toBeGreaterThan(receipt.index);
    }
  });
});

describe('decision 12 over HTTP, require: while the witness is down', () => {
  it('writers get 503 with Retry-After, readers the last published head; once it is back the same entry is 201', async () => {
    await using scene = await sceneWith(new IndependentWitness('witness.test'));
    const submissions = APIS.map((api) => submissionFor(api, `by ${api}`));
    let before: Awaited<ReturnType<typeof shown>>;
    {
      await using server = await scene.open('--witness=require');
      await writeInTheEnd(server.post, submissionFor('v1', 'before'));
      before = await shown(server);
      await scene.address.goDown();
      for (const submission of submissions) {
        const { status, headers, text } = await write(server.post, submission);
        expect([status, headers['retry-after']]).toEqual([503, '1']);
        const { code, message } = JSON.parse(text) as { code: number; message: string };
        expect(message).toBe('too few witnesses have cosigned the entry within 300 ms: it is kept, send it again');
        expect(code).toBe(submission.api === 'v1' ? 503 : 14);
      }
      expect(await shown(server)).toEqual(before);
      await expectUnseen(server, before.size);
      expect((await write(server.post, submissions[0] ?? submissionFor('v1', ''))).status).toBe(503);
    }
    await using server = await scene.open('--witness=require');
    expect(await shown(server)).toEqual(before);
    await expectUnseen(server, before.size);
    expect((await write(server.post, submissions[1] ?? submissionFor('v2', ''))).status).toBe(503);
    await scene.address.comeBack();
    const receipts = await Promise.all(submissions.map((submission) => writeInTheEnd(server.post, submission)));
    expect(receipts.map(({ index }) => index)).toEqual([before.size, before.size + 1]);
    expect(receipts.every(proves)).toBe(true);
    const head = await shown(server);
    expect([head.size, cosignedAt(readNote(head.note), scene.witness.vkey) !== undefined]).toEqual([
      before.size + 2,
      true,
    ]);
    for (const submission of submissions) expect((await write(server.post, submission)).status).toBe(409);
  });
});

async function expectUnseen({ ask }: Witnessed, size: number): Promise<void> {
  const paths = [
    [`/api/v1/log/entries?logIndex=${size}`, 404],
    [`/api/v2/log/proof/${size}`, 404],
    [`/tile/0/000.p/${size + 1}`, 404],
    [`/tile/entries/000.p/${size + 1}`, 404],
    [`/api/v1/log/proof?firstSize=1&lastSize=${size + 1}`, 400],
    [`/tile/0/000.p/${size}`, 200],
    [`/api/v1/log/entries?logIndex=${size - 1}`, 200],
  ] as const;
  for (const [path, status] of paths) {
    const answer = await fetch(ask.base + path);
    await answer.arrayBuffer();
    expect([path, answer.status]).toEqual([path, status]);
  }
  const heads = JSON.parse((await ask.get('/api/v2/log/heads')).text) as { heads: readonly { treeSize: number }[] };
  expect(heads.heads[0]?.treeSize).toBe(size);
}

describe('decision 12 over HTTP, prefer: nobody waits for a witness', () => {
  it('heads are shown at once, and a cosignature joins the note when it comes', async () => {
    const witness = new IndependentWitness('witness.test');
    const held = Promise.withResolvers<void>();
    witness.conduct = async (honestly) => {
      await held.promise;
      return honestly();
    };
    await using scene = await sceneWith(witness);
    await using server = await scene.open('--witness=prefer', '--witness-timeout=20s');
    const isCosigned = async (): Promise<boolean> =>
      cosignedAt(readNote((await server.ask.get('/checkpoint')).text), witness.vkey) !== undefined;
    for (const api of APIS) {
      const { status, receipt } = await write(server.post, submissionFor(api, `by ${api}`));
      expect([status, receipt && proves(receipt)]).toEqual([201, true]);
      expect((await shown(server)).size).toBe((receipt?.index ?? 0) + 1);
    }
    expect(await isCosigned()).toBe(false);
    const before = await server.ask.get('/checkpoint');
    held.resolve();
    await eventually(isCosigned);
    expect(cosignedAt(readNote((await shown(server)).note), witness.vkey)).toBeDefined();
    const after = await server.ask.get('/checkpoint');
    expect(after.text.startsWith(before.text)).toBe(true);
    expect(after.headers['etag']).not.toBe(before.headers['etag']);
    const found = JSON.parse((await server.ask.get('/api/v2/log/heads')).text) as {
      heads: readonly { note: string }[];
    };
    expect(found.heads[0]?.note).toBe(after.text);
  });
});

describe('GET /readyz: how the witnesses do', () => {
  it('says so of each, and a log whose witnesses are down is ready all the same', async () => {
    const witness = new IndependentWitness('witness.test');
    await using scene = await sceneWith(witness);
    await using server = await scene.open('--witness=require');
    const ready = async () => {
      const { status, text } = await server.ask.get('/readyz');
      return [status, JSON.parse(text) as unknown];
    };
    const checks = { write: 'ok', entries: 'ok', scrub: 'ok' };
    const { index } = await writeInTheEnd(server.post, submissionFor('v1', 'a'));
    await eventually(() => witness.last(ORIGIN)?.size === BigInt(index + 1));
    const ok = { name: 'w', size: index + 1, state: 'ok' };
    expect(await ready()).toEqual([200, { ready: true, checks, witnesses: [ok] }]);
    await scene.address.goDown();
    expect((await write(server.post, submissionFor('v1', 'b'))).status).toBe(503);
    const state = 'cannot be reached: ECONNREFUSED';
    expect(await ready()).toEqual([200, { ready: true, checks, witnesses: [{ ...ok, state }] }]);
  });
});

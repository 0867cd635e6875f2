import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, APIS, type PostJson, proves, type Receipt, submissionFor, write } from '../support/submissions.ts';
import { referenceRoot } from '../support/reference-tree.ts';
import { openRelay, type Relay } from '../support/relay.ts';
import {
  foldersIn,
  type LogFolder,
  type ServerProcess,
  startServer,
  temporaryFolder,
} from '../../testkit/server-process.ts';
import { cosignedAt, isSigned, readNote } from '../support/witness-math.ts';
import { entryAt } from './client.ts';

const ROUNDS = 6;
const ENOUGH_ENTRIES = 5; // entries of each log in each round
const ROOT = new URL('../..', import.meta.url).pathname;
const HASTY_FLAGS = ['--publish-timeout=900ms', '--witness-timeout=400ms', '--witness-pause=0ms'];

/** One of two logs that have each other for a witness. */
interface Peer {
  readonly origin: string;
  readonly folder: LogFolder;
  readonly relay: Relay;
  /** Lines that `npm run vkeys` has printed. */
  readonly keys: { readonly log: string; readonly witness: string };
  readonly flags: readonly string[];
  readonly receipts: { readonly api: Api; readonly receipt: Receipt }[];
  /** Heads that readers were shown, one after the other. */
  readonly notes: string[];
  /** Answers that no writer should get. */
  readonly wrong: string[];
  refused: number;
  server: ServerProcess | undefined;
}

let parent: LogFolder;
let peers: readonly [Peer, Peer];
let over = false;

beforeAll(async () => {
  parent = temporaryFolder();
  peers = [await peerOf('a.test'), await peerOf('b.test')];
  introduce(peers[0], peers[1]);
  introduce(peers[1], peers[0]);
  await Promise.all(peers.map(start));
  const running = peers.flatMap((peer) => [watch(peer), ...[0, 1, 2].map((number) => submit(peer, number))]);
  for (let round = 0; round < ROUNDS; round += 1) await killOne(peers, round);
  await grown(peers, ENOUGH_ENTRIES);
  over = true;
  await Promise.all(running);
}, 240_000);
afterAll(async () => {
  over = true;
  for (const { server, relay } of peers) {
    await server?.[Symbol.asyncDispose]();
    await relay[Symbol.asyncDispose]();
  }
  parent[Symbol.dispose]();
});

/** As docs/witnesses.md has it: the keys come first. */
async function peerOf(origin: string): Promise<Peer> {
  const folder = foldersIn(join(parent.parent, origin));
  mkdirSync(folder.parent);
  const relay = await openRelay();
  const flags = ['--origin', origin, '--public-url', relay.base];
  const command = ['cli/main.ts', 'keys', 'prepare', '--data', folder.data, '--heads', folder.heads, ...flags];
  const said = execFileSync(process.execPath, command, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' });
  const line = (word: string): string => new RegExp(`^${word} .*$`, 'm').exec(said)?.[0] ?? '';
  const keys = { log: line('log'), witness: line('witness') };
  return { origin, folder, relay, keys, flags, receipts: [], notes: [], wrong: [], refused: 0, server: undefined };
}

function introduce({ folder }: Peer, { keys, origin }: Peer): void {
  writeFileSync(join(folder.parent, 'witnesses.txt'), `${keys.witness}\nquorum ${origin}\n`);
  writeFileSync(join(folder.parent, 'logs.txt'), `${keys.log}\nquorum none\n`);
}

async function start(peer: Peer): Promise<void> {
  const { folder, relay, flags } = peer;
  const policy = ['--witness-policy', join(folder.parent, 'witnesses.txt'), '--witness=require'];
  const own = ['--witness-for', join(folder.parent, 'logs.txt')];
  peer.server = await startServer(folder, { flags: [...HASTY_FLAGS, ...flags, ...policy, ...own] });
  relay.leadTo(peer.server.base);
}

/** Kills one of the two in the middle of its load, and starts it again once the other has felt it. */
async function killOne([first, second]: readonly [Peer, Peer], round: number): Promise<void> {
  const [victim, other] = round % 2 === 0 ? [first, second] : [second, first];
  await grown([first, second], ENOUGH_ENTRIES);
  const ending = await victim.server?.kill();
  if (ending?.signal !== 'SIGKILL') throw new Error(`${victim.origin} ended by itself`);
  const { refused } = other;
  await eventually(() => other.refused > refused);
  await start(victim);
}

/** Until so many more entries have been written to each. */
async function grown(both: readonly Peer[], entries: number): Promise<void> {
  const before = both.map(({ receipts }) => receipts.length);
  await eventually(() =>
    both.every(({ receipts, wrong }, i) => receipts.length >= (before[i] ?? 0) + entries || wrong.length > 0),
  );
}

async function eventually(done: () => boolean): Promise<void> {
  for (let attempt = 0; !done(); attempt += 1) {
    if (attempt > 6000) throw new Error('it never happened');
    await sleep(10);
  }
}

/** Writes one entry after the other, each until it is in: an answer that was lost is nobody's fault. */
async function submit(peer: Peer, number: number): Promise<void> {
  for (let turn = 0; !over; turn += 1) {
    const api = APIS[turn % APIS.length] ?? 'v1';
    await insist(peer, api, `${peer.origin}: writer ${number}, turn ${turn}`);
  }
}

async function insist(peer: Peer, api: Api, artifact: string): Promise<void> {
  const submission = submissionFor(api, artifact);
  for (let lost = false; ; await sleep(20)) {
    const { status, headers, text, receipt } = await write(postTo(peer), submission);
    if (receipt !== undefined) return void peer.receipts.push({ api, receipt });
    if (status === 0) lost = true;
    else if (status === 503 && headers['retry-after'] !== undefined) peer.refused += 1;
    else if (status === 409 && lost) return;
    else return void peer.wrong.push(`${artifact}: ${status} ${text}`);
  }
}

/** Status 0 when no whole answer came. */
function postTo({ relay }: Peer): PostJson {
  return async (path, body) => {
    const headers = { 'content-type': 'application/json' };
    try {
      const answer = await fetch(relay.base + path, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() };
    } catch {
      return { status: 0, headers: {}, text: '' };
    }
  };
}

async function watch({ relay, notes, wrong }: Peer): Promise<void> {
  for (; !over; await sleep(15)) {
    try {
      const answer = await fetch(`${relay.base}/checkpoint`);
      const text = await answer.text();
      if (answer.status === 200) notes.push(text);
      else wrong.push(`GET /checkpoint: ${answer.status} ${text}`);
    } catch {
      continue; // it was killed
    }
  }
}

const vkeyIn = (line: string): string => line.split(' ').find((word) => word.includes('+')) ?? '';
const other = (peer: Peer): Peer => (peer === peers[0] ? peers[1] : peers[0]);

/** Asserts that a note is the log's own, and that the other has vouched for it. */
function expectVouched(peer: Peer, note: string): void {
  const read = readNote(note);
  expect(isSigned({ ...read, lines: read.lines.slice(0, 1) }, vkeyIn(peer.keys.log))).toBe(true);
  expect(cosignedAt(read, vkeyIn(other(peer).keys.witness))).toBeGreaterThan(1_700_000_000);
}

describe(`two logs that witness each other, both with witness: require, over ${ROUNDS} kills`, () => {
  it('take entries by both APIs, and refuse with Retry-After while the other is dead, and nothing else', () => {
    for (const { receipts, refused, wrong } of peers) {
      expect(wrong).toEqual([]);
      expect(receipts.length).toBeGreaterThan(ROUNDS * ENOUGH_ENTRIES);
      expect(refused).toBeGreaterThanOrEqual(ROUNDS / 2);
      expect(new Set(receipts.map(({ api }) => api))).toEqual(new Set(APIS));
    }
  });

  it('show no head and answer no entry that the other has not cosigned', () => {
    for (const peer of peers) {
      for (const note of peer.notes) if (readNote(note).size > 0n) expectVouched(peer, note);
      for (const { api, receipt } of peer.receipts) {
        expect(proves(receipt)).toBe(true);
        if (api === 'v2') expectVouched(peer, receipt.note);
      }
    }
  });

  it('never show a smaller head than before', () => {
    for (const { notes } of peers) {
      const sizes = notes.map((note) => Number(readNote(note).size));
      expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
      expect(new Set(sizes).size).toBeGreaterThan(ROUNDS);
    }
  });

  it('keep every entry that was answered, once, and every head is the root of the entries below it', async () => {
    for (const { server, receipts, notes, relay } of peers) {
      expect(server).toBeDefined();
      const size = Number(readNote(await (await fetch(`${relay.base}/checkpoint`)).text()).size);
      const leaves: Buffer[] = [];
      for (let index = 0; index < size; index += 1)
        leaves.push(Buffer.from((await entryAt(relay.base, index)).body, 'base64'));
      expect(new Set(leaves.map(String)).size).toBe(size);
      for (const { receipt } of receipts) expect(leaves[receipt.index]?.equals(receipt.body)).toBe(true);
      for (const note of [...notes, ...receipts.map(({ receipt }) => receipt.note)]) {
        const head = readNote(note);
        expect(head.root).toBe(referenceRoot(leaves, Number(head.size)));
      }
    }
  });
});

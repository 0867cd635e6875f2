import { createHash, randomBytes, randomInt } from 'node:crypto';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { utf8 } from '../base/bytes.ts';
import type { AdmittedEntry } from '../entries/kind.ts';
import { packSearchKeys } from '../entries/search-key-list.ts';
import { hashLeaf } from '../merkle/hash.ts';
import { startServer } from '../testkit/server-process.ts';
import type { Question } from './connection.ts';
import { artifactHash, fill, readFilling } from './fill.ts';
import { Generator } from './load.ts';
import { portOf, stopped } from './measure.ts';
import type { Measured } from './row.ts';
import type { Scenario } from './scenarios.ts';

/*
 * Processor time that the main thread spends in one turn of its event loop on what strangers ask. The log is as bad as others
 * can have made it: one signer has every entry, two keys alternate, the newest entries are as long as an entry may be.
 */

const SIGNER = 'popular@signer.test';
const EVEN_SIGNER = 'even@signer.test';
const ODD_DIGEST = `sha256:${sha256('the odd ones')}`;
/** Entries at the end whose bodies have `LONG_BYTES`. Some of them stand in bundles. */
const LONG_ENTRIES = 384;
const LONG_BYTES = 48_000; // as base64 in a body, a third more
const ATTESTATION_BYTES = 75_000; // as many in base64 as are kept
const RETRIEVED_IDS = 10;

const ENTRIES = '/api/v1/log/entries';
const RETRIEVE = `${ENTRIES}/retrieve`;
const SEARCH = '/api/v1/index/retrieve';

interface Case {
  readonly name: string;
  readonly questions: readonly Question[];
}

/** The longest turns of each case, asked for over one connection, and over as many as `connections` says. */
export const turns: Scenario = async (folder, options) => {
  const { entries, connections, seconds, warmUp } = options;
  if (readFilling(folder).ranges.length === 0) await fill(folder, entries, (index) => entryOf(index, entries));
  const socket = join(folder.parent, 'turns.sock');
  const probe = new URL('./turn-probe.ts', import.meta.url).href;
  using generator = new Generator();
  await using server = await startServer(folder, {
    flags: ['--volume', 'moves'],
    nodeFlags: ['--import', probe],
    env: { TURN_PROBE: socket },
  });
  const port = portOf(server);
  const rows: Measured[] = [];
  for (const { name, questions } of await casesOf(server.base)) {
    await generator.ask({ port, connections: 1, seconds: warmUp }, questions);
    for (const at of [1, connections]) {
      await longestTurns(socket);
      const { done, refused } = await generator.ask({ port, connections: at, seconds }, questions);
      const longest = (await longestTurns(socket)).map((microseconds) => microseconds / 1000);
      const figures = { requests: done + sum(refused), turnMs: longest.at(-1) ?? 0, tenthTurnMs: longest[0] ?? 0 };
      rows.push({ bench: `turns: ${name} x${at}, of ${entries} entries`, figures, refused });
    }
  }
  await stopped(server);
  return rows;
};

/** Microseconds, ascending. Those of the next call are later ones. */
async function longestTurns(socket: string): Promise<readonly number[]> {
  return JSON.parse(await text(connect(socket))) as number[];
}

async function casesOf(base: string): Promise<readonly Case[]> {
  const { treeSize: size } = (await (await fetch(`${base}/api/v1/log`)).json()) as { readonly treeSize: number };
  const ids = await idsAt(base, () => randomInt(size - LONG_ENTRIES));
  const long = await idsAt(base, (i) => size - 1 - (i % LONG_ENTRIES));
  const prefixes = [SIGNER, EVEN_SIGNER, ODD_DIGEST].map((key) => sha256(key).slice(0, 8).padEnd(64, '0'));
  const some = (list: readonly string[], from: number): readonly string[] =>
    Array.from({ length: RETRIEVED_IDS }, (_, i) => list[(from + i) % list.length] ?? '');
  const retrieving = (list: readonly string[]): readonly Question[] =>
    list.map((_, i) => ({ path: RETRIEVE, body: JSON.stringify({ entryUUIDs: some(list, i * RETRIEVED_IDS) }) }));
  const searching = (about: object, page = ''): readonly Question[] => [
    { path: `${SEARCH}${page}`, body: JSON.stringify(about) },
  ];
  return [
    { name: 'uuid made of a popular key', questions: prefixes.map((id) => ({ path: `${ENTRIES}/${id}` })) },
    { name: 'ten uuids made of popular keys', questions: retrieving(prefixes) },
    { name: 'uuid', questions: ids.map((id) => ({ path: `${ENTRIES}/${id}` })) },
    { name: 'ten uuids', questions: retrieving(ids) },
    { name: 'uuid of a long entry', questions: long.map((id) => ({ path: `${ENTRIES}/${id}` })) },
    { name: 'ten uuids of long entries', questions: retrieving(long) },
    { name: 'search for a key of every entry', questions: searching({ email: SIGNER }) },
    { name: 'page of 1000 of that', questions: searching({ email: SIGNER }, '?limit=1000') },
    {
      name: 'search for two keys that alternate',
      questions: searching({ email: EVEN_SIGNER, hash: ODD_DIGEST, operator: 'and' }),
    },
    { name: 'page of 1000 heads', questions: [{ path: '/api/v2/log/heads?limit=1000' }] },
    { name: 'proof by leaf hash', questions: ids.map((id) => ({ path: `/api/v2/log/proof/${id.slice(-64)}` })) },
    {
      name: 'consistency proof',
      questions: ids.map((_, i) => ({ path: `/api/v1/log/proof?firstSize=${1 + i}&lastSize=${size - i}` })),
    },
  ];
}

const ASKED = 200;

async function idsAt(base: string, indexOf: (i: number) => number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let i = 0; i < ASKED; i += 1) {
    const answer = await fetch(`${base}${ENTRIES}?logIndex=${indexOf(i)}`);
    ids.push(...Object.keys((await answer.json()) as object));
  }
  return ids;
}

function entryOf(index: number, size: number): AdmittedEntry {
  const digest = artifactHash(index);
  const isLong = index >= size - LONG_ENTRIES;
  const filler = isLong ? randomBytes(LONG_BYTES).toString('base64') : '';
  const body = utf8(
    `{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":"${digest}"},"filler":"${filler}"}}`,
  );
  const keys = [SIGNER, index % 2 === 0 ? EVEN_SIGNER : ODD_DIGEST, `sha256:${digest}`];
  const entry = {
    kind: 'hashedrekord',
    version: '0.0.1',
    body,
    leafHash: hashLeaf(body),
    searchKeys: packSearchKeys(keys.map((key) => ({ source: 'leaf', text: key }))),
  };
  return isLong ? { ...entry, attestation: randomBytes(ATTESTATION_BYTES) } : entry;
}

function sha256(words: string): string {
  return createHash('sha256').update(words).digest('hex');
}

function sum(refused: Readonly<Record<string, number>>): number {
  return Object.values(refused).reduce((total, each) => total + each, 0);
}

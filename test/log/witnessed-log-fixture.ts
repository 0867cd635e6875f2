import { afterEach, beforeEach, vi } from 'vitest';
import { utf8 } from '../../base/bytes.ts';
import { parsePolicy } from '../../checkpoint/policy/parse.ts';
import { formatVkey } from '../../checkpoint/vkey.ts';
import type { SignedHead } from '../../log/signers/shard.ts';
import type { Publication } from '../../log/opening.ts';
import type { PublicationMode } from '../../log/publisher.ts';
import { c2spKeyOf } from '../../host/keys/keys.ts';
import { HttpWitnesses } from '../../witness/http-witnesses.ts';
import { IndependentWitness } from '../support/independent-witness.ts';
import { cosignedAt, isSigned, readNote } from '../support/witness-math.ts';
import {
  EXPECTED_IDENTITY,
  openLogFixture,
  type LogFixture,
  type LogFixtureOptions,
  testClock,
  C2SP_KEY,
  useFolder,
} from './log-fixture.ts';

/** Of the log's `c2sp` key. */
export const LOG_VKEY = formatVkey(c2spKeyOf(EXPECTED_IDENTITY.origin, C2SP_KEY.publicKey));
export const TIMES = { pause: 200, retry: 250, longest: 1000, idle: 60_000 };
export const FIXTURE_TIMEOUT_MS = 600_000;
const NOW = 1_700_000_000;

/** A folder for each test; timers stand still, but for `pass` and `until`. */
export function useTimelessFolder(): () => string {
  const folder = useFolder();
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());
  return folder;
}

export function witnessOf(name: string): IndependentWitness {
  const witness = new IndependentWitness(name);
  witness.trust(EXPECTED_IDENTITY.origin, LOG_VKEY);
  witness.clock = () => NOW;
  return witness;
}

/** A log over the real engine, whose witnesses are reached without a network. All have to cosign. */
export function witnessedFixture(
  folder: string,
  mode: PublicationMode,
  all: readonly IndependentWitness[],
  options: LogFixtureOptions & Partial<Pick<Publication, 'overruled' | 'alarm'>> = {},
): Promise<LogFixture> {
  const names = all.map((_, i) => `w${i}`);
  const lines = all.map(({ vkey }, i) => `witness w${i} ${vkey} http://w${i}/\n`).join('');
  const policy = parsePolicy(utf8(`${lines}group all all ${names.join(' ')}\nquorum all\n`));
  const now = (): number => performance.now();
  const parts = {
    now: () => NOW,
    steady: now,
    tolerance: 10,
    tell: () => undefined,
    post: async (url: string, text: string, enough: AbortSignal) => {
      const witness = all[names.indexOf(new URL(url).hostname)];
      const ended = new Promise<never>((_, reject) => {
        enough.addEventListener('abort', () => reject(new Error('aborted')));
      });
      const { status, type = 'text/plain', body } = await Promise.race([witness?.answer(text) ?? ended, ended]);
      return { status, type, body: utf8(body) };
    },
  };
  const witnesses = new HttpWitnesses(policy, [], parts, { grace: undefined });
  const claims = { overruled: options.overruled ?? 0, alarm: options.alarm ?? (() => undefined) };
  const publication = { mode, witnesses, times: TIMES, timeoutMs: FIXTURE_TIMEOUT_MS, ...claims, now };
  return openLogFixture(folder, { clock: testClock(NOW), publication, ...options });
}

export const pass = (milliseconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

/** Lets everything go on, and a millisecond pass for each turn that it takes, until `done`. */
export async function until(done: () => boolean): Promise<void> {
  for (let turn = 0; !done(); turn += 1) {
    if (turn > 100_000) throw new Error('it never happened');
    await pass(1);
    await new Promise((resume) => setImmediate(resume));
  }
}

/** Awaits a promise, with a time limit far below that of the test. */
export async function soon<T>(promise: Promise<T>): Promise<T> {
  let over = false;
  const settle = (): void => void (over = true);
  promise.then(settle, settle);
  await until(() => over);
  return promise;
}

/** Which of the witnesses have cosigned the head. Both APIs must serve the same tree. */
export function cosigners(
  { checkpoint: note = '', rekorCheckpoint: checkpoint }: SignedHead,
  all: readonly IndependentWitness[],
): readonly boolean[] {
  const read = readNote(note);
  if (!isSigned({ ...read, lines: read.lines.slice(0, 1) }, LOG_VKEY)) throw new Error('not the log’s own line first');
  const other = readNote(checkpoint);
  if (other.size !== read.size || other.root !== read.root) throw new Error('the APIs serve two trees');
  return all.map(({ vkey }) => cosignedAt(read, vkey) === NOW);
}

/** A promise that nobody waits for any more. */
export function leave(promise: Promise<unknown>): void {
  promise.catch(() => undefined);
}

/** One that nobody waits for yet. */
export function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseBase64, toBase64 } from '../../base/bytes.ts';
import type { TrustedKey } from '../../client/trusted-keys.ts';
import { StateRefused } from './failures.ts';
import { lockFile } from './lock.ts';
import { readIfThere, replaceWhole } from './whole-file.ts';

/** Remembered of a log between two runs. */
export interface LogState {
  /** Keys that were pinned at first use; empty where keys were always given. */
  readonly keys: readonly TrustedKey[];
  /** The newest head that was checked, by origin: the signed notes as they came. */
  readonly heads: Readonly<Record<string, string>>;
}

const NOTHING: LogState = { keys: [], heads: {} };
const VERSION = 1;
/** A run holds the lock for as long as it takes to write a file. */
const PATIENCE_MS = 10_000;

/** The state of one log, known by the address that it is asked at. */
export class LogStateFile {
  readonly path: string;
  readonly #server: string;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(folder: string, server: string) {
    this.#server = server;
    this.path = join(folder, 'logs', `${fileNameOf(server)}.json`);
  }

  /** @throws StateRefused for a file that is damaged: it is never taken for an empty one */
  read(): LogState {
    const text = readIfThere(this.path);
    if (text === undefined) return NOTHING;
    const state = parseState(text);
    if (state !== undefined) return state;
    throw new StateRefused(`${this.path} is damaged, or of a newer stele: move it away to begin anew`);
  }

  /** Replaces what is remembered by what `change` makes of it: durable once it resolves. One at a time. @throws StateRefused */
  update(change: (state: LogState) => LogState): Promise<void> {
    const turn = this.#turn.then(() => this.#update(change));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #update(change: (state: LogState) => LogState): Promise<void> {
    using _ = await lockFile(this.path, PATIENCE_MS);
    const old = this.read();
    const changed = change(old);
    if (changed === old) return;
    const { keys, heads } = changed;
    const pinned = keys.map(({ name, spki }) => ({ name, spki: toBase64(spki) }));
    const text = JSON.stringify({ version: VERSION, server: this.#server, keys: pinned, heads }, undefined, 2);
    await replaceWhole(this.path, `${text}\n`, true);
  }
}

/** Keys that are pinned for one server, or for all of them. @throws StateRefused */
export function pinnedKeys(folder: string, server: string | undefined): readonly TrustedKey[] {
  if (server !== undefined && URL.canParse(server))
    return new LogStateFile(folder, new URL(server).href.replace(/\/+$/, '')).read().keys;
  const logs = join(folder, 'logs');
  const files = existsSync(logs) ? readdirSync(logs).filter((name) => name.endsWith('.json')) : [];
  return files.flatMap((name) => parseState(readIfThere(join(logs, name)) ?? '')?.keys ?? []);
}

/** Readable, and different for each address. */
function fileNameOf(server: string): string {
  const { host, pathname } = new URL(server);
  const readable = `${host}${pathname}`.replaceAll(/[^a-z0-9.-]+/gi, '_').slice(0, 80);
  return `${readable}-${createHash('sha256').update(server).digest('hex').slice(0, 8)}`;
}

/** Undefined for anything that this program has not written. */
function parseState(text: string): LogState | undefined {
  try {
    const { version, keys, heads } = JSON.parse(text) as Record<string, unknown>;
    if (version !== VERSION || !Array.isArray(keys) || !isTexts(heads)) return undefined;
    return { keys: keys.map(parseKey), heads };
  } catch {
    return undefined;
  }
}

function parseKey(value: unknown): TrustedKey {
  const { name, spki } = value as { readonly name?: unknown; readonly spki?: unknown };
  const bytes = typeof spki === 'string' ? parseBase64(spki) : undefined;
  if (bytes === undefined) throw new TypeError('spki is no base64');
  return { name: typeof name === 'string' ? name : undefined, spki: bytes };
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string');
}

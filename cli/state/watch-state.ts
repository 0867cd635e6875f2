import { join } from 'node:path';
import { sha256Hex } from '../../base/sha256.ts';
import { utf8 } from '../../base/bytes.ts';
import { StateRefused } from './failures.ts';
import { lockFile } from './lock.ts';
import { readIfThere, writeWhole } from './whole-file.ts';

/** How far a watch has come. */
export interface WatchState {
  /** Of the log that is watched. */
  readonly origin: string;
  /** Index of the first entry that has not been looked at, as the log's API counts. */
  readonly next: number;
  /** SHA-256, in hex, of what was looked for. */
  readonly matchers: string;
}

const VERSION = 1;

/** The cursor of one watch of one log: several watches of a log have names. */
export class WatchStateFile {
  readonly path: string;

  constructor(folder: string, server: string, name: string) {
    const { host } = new URL(server);
    const readable = `${host}-${name}`.replaceAll(/[^a-z0-9.-]+/gi, '_').slice(0, 80);
    this.path = join(folder, 'watches', `${readable}-${sha256Hex(utf8(`${server}\n${name}`)).slice(0, 8)}.json`);
  }

  /** Holds the cursor for a whole run. @throws StateRefused if another run has it */
  lock(): Promise<Disposable> {
    return lockFile(this.path, 0);
  }

  /** Undefined for a watch that has not begun. @throws StateRefused for a file that is damaged */
  read(): WatchState | undefined {
    const text = readIfThere(this.path);
    if (text === undefined) return undefined;
    const state = parseState(text);
    if (state !== undefined) return state;
    throw new StateRefused(`${this.path} is damaged, or of a newer stele: move it away to begin anew`);
  }

  /** Replaces the cursor, durably. Needs the lock. */
  write(state: WatchState): void {
    writeWhole(this.path, `${JSON.stringify({ version: VERSION, ...state })}\n`);
  }
}

/** Undefined for anything that this program has not written. */
function parseState(text: string): WatchState | undefined {
  try {
    const { version, origin, next, matchers } = JSON.parse(text) as Record<string, unknown>;
    const isOurs = version === VERSION && typeof origin === 'string' && typeof matchers === 'string';
    return isOurs && Number.isSafeInteger(next) ? { origin, next: next as number, matchers } : undefined;
  } catch {
    return undefined;
  }
}

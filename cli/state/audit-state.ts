import { join } from 'node:path';
import { sha256Hex } from '../../base/sha256.ts';
import { StateRefused } from './failures.ts';
import { lockFile } from './lock.ts';
import { readIfThere, writeWhole } from './whole-file.ts';

/** A head that was seen. */
export interface SeenHead {
  /** The signed note as it came. */
  readonly note: string;
  /** Address that showed it. */
  readonly server: string;
}

/** The memory of auditors of one log, whatever address they read it at. */
export interface AuditState {
  /** All consistent with each other, by size; the smallest first. */
  readonly heads: readonly SeenHead[];
  /** Entries from 0 on that a full audit has checked and that is not done yet, by what it reads them from. */
  readonly full: Readonly<Record<string, number>>;
}

const NOTHING: AuditState = { heads: [], full: {} };
const VERSION = 1;
/** Heads that are kept: a log that goes back is held against the newest of them that is not larger. */
const MAX_HEADS = 128;

/** The audit state of one log, known by the origin of its heads: two addresses that show it are held against each other. */
export class AuditStateFile {
  readonly path: string;
  readonly #origin: string;

  constructor(folder: string, origin: string) {
    this.#origin = origin;
    this.path = join(folder, 'audits', `${fileNameOf(origin)}.json`);
  }

  /** Holds the state for a whole run. @throws StateRefused if another run has it */
  lock(): Promise<Disposable> {
    return lockFile(this.path, 0);
  }

  /** @throws StateRefused for a file that is damaged: it is never taken for an empty one */
  read(): AuditState {
    const text = readIfThere(this.path);
    if (text === undefined) return NOTHING;
    const state = parseState(text, this.#origin);
    if (state !== undefined) return state;
    throw new StateRefused(`${this.path} is damaged, or of a newer stele: move it away to begin anew`);
  }

  /** Replaces the state. Needs the lock. */
  write({ heads, full }: AuditState): void {
    const json = { version: VERSION, origin: this.#origin, heads: heads.slice(-MAX_HEADS), full };
    writeWhole(this.path, `${JSON.stringify(json, undefined, 2)}\n`);
  }
}

/** Readable, and different for each origin. */
function fileNameOf(origin: string): string {
  return `${origin.replaceAll(/[^a-z0-9.-]+/gi, '_').slice(0, 80)}-${sha256Hex(new TextEncoder().encode(origin)).slice(0, 8)}`;
}

/** Undefined for anything that this program has not written. */
function parseState(text: string, origin: string): AuditState | undefined {
  try {
    const { version, origin: own, heads, full } = JSON.parse(text) as Record<string, unknown>;
    if (version !== VERSION || own !== origin || !areHeads(heads) || !isCounts(full)) return undefined;
    return { heads, full };
  } catch {
    return undefined;
  }
}

function areHeads(value: unknown): value is readonly SeenHead[] {
  if (!Array.isArray(value)) return false;
  const all = value as readonly Readonly<Record<string, unknown>>[];
  return all.every(({ note, server }) => typeof note === 'string' && typeof server === 'string');
}

function isCounts(value: unknown): value is Readonly<Record<string, number>> {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every((one) => Number.isSafeInteger(one) && one >= 0);
}

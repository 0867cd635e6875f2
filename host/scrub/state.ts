import { hash } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ShardPlace } from '../../log/audit/shard-scrub.ts';
import { readIfThere } from '../folder/durable-file.ts';

/** Where the scrub stands: what a restart goes on from. */
export interface ScrubState {
  /** Of the first shard: a file from another log is not believed. */
  readonly treeId: string;
  /** Seconds since the Unix epoch; undefined before the first full pass. */
  readonly lastPass: number | undefined;
  /** Places found damaged in the last full pass. */
  readonly damagedBefore: number;
  /** Places found damaged in this one. */
  readonly damaged: number;
  /** Entries of the shards before this one. */
  readonly before: number;
  /** Number of the shard that is read. */
  readonly shard: number;
  /** Undefined where none of it has been read. */
  readonly place: ShardPlace | undefined;
}

export function newState(treeId: string): ScrubState {
  return { treeId, lastPass: undefined, damagedBefore: 0, damaged: 0, before: 0, shard: 1, place: undefined };
}

/** A state with its hash before it. It holds nothing that a pass does not find again: one that is cut short or damaged is not read. */
export class StateFile {
  readonly #file: string;

  /** @param data - the data folder */
  constructor(data: string) {
    this.#file = join(data, 'scrub.json');
  }

  /** Undefined for none of this log. */
  read(treeId: string): ScrubState | undefined {
    const text = readIfThere(this.#file) ?? '';
    const end = text.indexOf('\n');
    const json = text.slice(end + 1);
    if (end < 0 || text.slice(0, end) !== sumOf(json)) return undefined;
    const state = JSON.parse(json) as ScrubState;
    return state.treeId === treeId ? state : undefined;
  }

  /** Not made durable, because what a power failure takes is read once more. */
  write(state: ScrubState): void {
    const json = JSON.stringify(state);
    writeFileSync(`${this.#file}.new`, `${sumOf(json)}\n${json}`, { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}

/** The first line: it names the form too, so that a later one is not read as this one. */
const sumOf = (json: string): string => `scrub state 1 ${hash('sha256', json)}`;

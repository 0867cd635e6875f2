import type { StorageEngine } from '../engine.ts';
import { sqlite } from './sqlite/engine.ts';

/** Every storage engine, by its name. */
export const ENGINES: Readonly<Record<string, StorageEngine>> = { sqlite };

/** Returns the engine whose log stands in `folder`; where none does, the engine of a log that begins. */
export function engineOf(folder: string): StorageEngine {
  return Object.values(ENGINES).find((engine) => engine.exists(folder)) ?? sqlite;
}

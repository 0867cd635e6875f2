import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCode, systemReason } from '../../base/system-error.ts';
import { StateRefused, StateUnwritable } from './failures.ts';
import { readIfThere } from './whole-file.ts';

const LOOK_AGAIN_MS = 20;

/**
 * Holds `<file>.lock` while it is used. Another process that holds it is waited for; one that has ended without giving it back is
 * found out by its process id.
 *
 * @param patience - milliseconds to wait; 0 refuses at once
 * @param option - names the folder on the command line
 * @throws StateRefused naming who holds it
 * @throws StateUnwritable where no file can be made
 */
export async function lockFile(file: string, patience: number, option = '--state'): Promise<Disposable> {
  const lock = `${file}.lock`;
  const owner = `${process.pid} ${hostname()}\n`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unwritable(dirname(file), option, error);
  }
  for (const start = performance.now(); !take(lock, owner, option);) {
    if (removeAbandoned(lock)) continue;
    if (performance.now() - start >= patience) throw new StateRefused(heldBy(lock));
    await sleep(LOOK_AGAIN_MS);
  }
  return { [Symbol.dispose]: () => rmSync(lock, { force: true }) };
}

function take(lock: string, owner: string, option: string): boolean {
  try {
    const handle = openSync(lock, 'wx', 0o600);
    writeFileSync(handle, owner);
    closeSync(handle);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw unwritable(dirname(lock), option, error);
  }
}

function unwritable(folder: string, option: string, error: unknown): unknown {
  if (!(error instanceof Error) || systemCode(error) === undefined) return error;
  const reason = systemReason(error);
  return new StateUnwritable(`${option}: ${folder} cannot be written: ${reason}`, { cause: error });
}

/** Moves the lock away before it is removed: of two processes that find it abandoned only one can. */
function removeAbandoned(lock: string): boolean {
  const [pid, host] = (readIfThere(lock) ?? '').trim().split(' ');
  if (pid === undefined || host !== hostname() || isRunning(Number(pid))) return false;
  const moved = `${lock}.${process.pid}`;
  try {
    renameSync(lock, moved);
  } catch {
    return false;
  }
  rmSync(moved, { force: true });
  return true;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

function heldBy(lock: string): string {
  const owner = (readIfThere(lock) ?? '').trim().replace(' ', ' on ');
  return `another stele works with this state (process ${owner}): wait until it has ended, or remove ${lock} if none runs`;
}

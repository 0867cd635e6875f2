import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemReason } from '../../../base/system-error.ts';
import { OutboxFull } from './failures.ts';

let written = 0;

/**
 * Replaces a file whole, or not at all, while others go on: many are written at a time.
 *
 * @param isDurable - whether it survives a power failure once this resolves
 * @throws OutboxFull where the disk does not take it
 */
export async function keep(file: string, text: string, isDurable: boolean): Promise<void> {
  try {
    await replace(file, text, isDurable);
    if (isDurable) await syncFolder(dirname(file));
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new OutboxFull(`the outbox cannot be written: ${systemReason(error)}`, { cause: error });
  }
}

async function replace(file: string, text: string, isDurable: boolean): Promise<void> {
  const fresh = `${file}.${process.pid}-${(written += 1)}.new`;
  try {
    const handle = await open(fresh, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      if (isDurable) await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

/** Windows keeps names by itself, and opens no folder. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

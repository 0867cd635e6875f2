import { systemReason } from '../../../base/system-error.ts';
import { replaceWhole } from '../../state/whole-file.ts';
import { OutboxFull } from './failures.ts';

/**
 * Replaces a file whole, or not at all, while others go on: many are written at a time.
 *
 * @param isDurable - whether it survives a power failure once this resolves
 * @throws OutboxFull where the disk does not take it
 */
export async function keep(file: string, text: string, isDurable: boolean): Promise<void> {
  try {
    await replaceWhole(file, text, isDurable);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new OutboxFull(`the outbox cannot be written: ${systemReason(error)}`, { cause: error });
  }
}

import { constants } from 'node:os';

const { ENOSPC, EDQUOT } = constants.errno;

/** Whether a system call failed because its volume is full, or a quota on it is used up. Node has no name for the second. */
export function isNoRoom(error: unknown): boolean {
  if (!(error instanceof Error) || !('errno' in error)) return false;
  return error.errno === -ENOSPC || error.errno === -EDQUOT;
}

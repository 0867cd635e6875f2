import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/** One bit of a file. */
export interface Flip {
  readonly file: string;
  /** Byte, from 0 on. */
  readonly at: number;
  /** From 0 to 7. */
  readonly bit: number;
}

/** Flips it in place, whoever has the file open. */
export function flip({ file, at, bit }: Flip): void {
  const handle = openSync(file, 'r+');
  const byte = Buffer.alloc(1);
  readSync(handle, byte, 0, 1, at);
  byte[0] = (byte[0] as number) ^ (1 << bit);
  writeSync(handle, byte, 0, 1, at);
  closeSync(handle);
}

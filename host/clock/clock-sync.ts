import { endianness } from 'node:os';
import process from 'node:process';
import { loadFfi } from '../../entries/signatures/verifiers/node-ffi.ts';

/*
 * Whether the system keeps its clock right by itself: the kernel knows, because every time service (chrony, ntpd,
 * systemd-timesyncd) tells it, and adjtimex(2) reads it without any privilege. Nothing else in Node or in a file does.
 */

/** Bytes of `struct timex` where `long` has 64 bits, and where its `status` stands. */
const [TIMEX_BYTES, STATUS_AT] = [208, 40];
/** timex.h: the clock is not synchronized. */
const STA_UNSYNC = 0x40;

let ask: (() => boolean | undefined) | undefined;

/** Undefined where it cannot be told: outside of Linux, without node:ffi, or where the call is forbidden. */
export function isSynchronized(): boolean | undefined {
  try {
    ask ??= prepare();
    return ask();
  } catch {
    return undefined;
  }
}

/** @throws Error where the C library has no such function */
function prepare(): () => boolean | undefined {
  const isPrepared = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch) && endianness() === 'LE';
  const ffi = isPrepared ? loadFfi() : undefined;
  if (ffi === undefined) return () => undefined;
  const { adjtimex } = ffi.dlopen(null, { adjtimex: { return: 'int32', arguments: ['pointer'] } }).functions;
  const timex = new ArrayBuffer(TIMEX_BYTES); // modes = 0: nothing is set
  const address = ffi.getRawPointer(timex);
  const view = new DataView(timex);
  return () => {
    view.setInt32(0, 0, true);
    return adjtimex(address) < 0 ? undefined : (view.getInt32(STATUS_AT, true) & STA_UNSYNC) === 0;
  };
}

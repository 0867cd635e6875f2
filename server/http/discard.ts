import type { IncomingMessage } from 'node:http';

/** Bytes of a request that are read on for after its answer. To read and forget them costs a quarter of a second. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Time without a byte, and time in all, after which a request is not read on for its answer, in milliseconds. */
const IDLE_MS = 1000;
const TOTAL_MS = 30_000;

/**
 * Reads and forgets what is left of a request whose answer is made already: to close with bytes unread would reset the
 * connection, and its sender lose the answer (RFC 9112 §9.6). Resolves to whether the request came to its end.
 */
export function discardRest(request: IncomingMessage): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  let bytes = 0;
  const stop = (isWhole: boolean): void => {
    clearTimeout(idle);
    clearTimeout(total);
    request.off('data', onData).off('end', onEnd).off('close', onClose);
    resolve(isWhole);
  };
  const onData = ({ length }: Uint8Array): void => {
    bytes += length;
    idle.refresh();
    if (bytes > MAX_BYTES) stop(false);
  };
  const onEnd = (): void => stop(true);
  const onClose = (): void => stop(request.complete);
  // After a turn that took long, timers come before what has arrived meanwhile.
  const onIdle = (): void => {
    const before = bytes;
    setImmediate(() => {
      if (bytes === before) onClose();
    });
  };
  const idle = setTimeout(onIdle, IDLE_MS);
  const total = setTimeout(onClose, TOTAL_MS);
  request.on('data', onData).on('end', onEnd).on('close', onClose);
  if (request.destroyed || request.readableEnded) onClose();
  return promise;
}

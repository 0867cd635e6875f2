import type { IncomingMessage } from 'node:http';
import type { BodyLease } from './body-budget.ts';
import { askForBody } from './expectation.ts';
import { RequestTooLarge } from './failures.ts';

/** The sender went away before the body was whole. Nobody is left to be answered. */
export class SenderGone extends Error {}

/** Whether a body comes whose length is known. */
export function announcesBody({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) > 0;
}

/** Whether the request line and headers announce a body: RFC 9112 §6. */
export function hasBody(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  return coding !== undefined || (length !== undefined && Number(length) > 0);
}

/**
 * The whole body, of at most `most` bytes. Whatever looks at what is in it does so elsewhere. What has not been read when
 * the limit is passed is for `discardRest`. A sender that waits to be told to send the body is told so, unless it is too long.
 *
 * @throws RequestTooLarge, BodyTooSlow, Busy, SenderGone
 */
export function readBody(request: IncomingMessage, most: number, lease: BodyLease): Promise<Uint8Array> {
  const announced = Number(request.headers['content-length'] ?? most);
  if (announced > most) return Promise.reject(tooLarge(most));
  askForBody(request);
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  let whole = new BodyBytes(announced, lease);
  const settle = (): void => {
    request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
    request.on('error', ignore).resume();
    lease.arrived();
  };
  const fail = (reason: unknown): void => {
    whole = new BodyBytes(0, lease); // the memory is wanted for others, however long the rest of the body takes
    settle();
    reject(reason);
  };
  const onData = (chunk: Uint8Array): void => {
    try {
      if (whole.length + chunk.length > most) throw tooLarge(most);
      whole.add(chunk);
    } catch (error) {
      fail(error);
    }
  };
  const onEnd = (): void => {
    settle();
    resolve(whole.bytes());
  };
  const onClose = (): void => fail(new SenderGone('the sender went away'));
  request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  lease.arriving(fail);
  return promise;
}

function tooLarge(most: number): RequestTooLarge {
  return new RequestTooLarge(`Request Entity Too Large. Limit set to ${most}`);
}

/** Space for a body that does not come in one piece begins here, in bytes. */
const FIRST_SPACE = 1024;

/**
 * The part of a body that has come, in memory that follows it: at most twice what came, never more than was announced. Pieces are
 * copied, because a piece of one byte keeps the whole buffer that it was read into.
 */
class BodyBytes {
  readonly #announced: number;
  readonly #lease: BodyLease;
  /** The first piece as it came, until there is a second. */
  #space: Uint8Array = new Uint8Array();
  length = 0;

  /** @param announced - bytes that will come at most */
  constructor(announced: number, lease: BodyLease) {
    this.#announced = announced;
    this.#lease = lease;
  }

  /** @throws Busy */
  add(chunk: Uint8Array): void {
    this.#lease.count(chunk.length);
    if (this.length === 0) {
      this.#lease.hold(chunk.length);
      this.#space = chunk;
    } else {
      this.#reserve(this.length + chunk.length);
      this.#space.set(chunk, this.length);
    }
    this.length += chunk.length;
  }

  #reserve(needed: number): void {
    const { length } = this.#space;
    if (needed <= length) return;
    const space = Math.max(needed, Math.min(this.#announced, Math.max(FIRST_SPACE, 2 * length)));
    this.#lease.hold(space - length);
    const larger = new Uint8Array(space);
    larger.set(this.#space.subarray(0, this.length));
    this.#space = larger;
  }

  /** May be a piece of a larger buffer, which must not travel to another thread with it. */
  bytes(): Uint8Array {
    return this.length === this.#space.length ? this.#space : this.#space.subarray(0, this.length);
  }
}

function ignore(): void {
  // the error has been told already
}

import type { IncomingMessage } from 'node:http';
import { concatBytes } from '../../base/bytes.ts';
import { Busy, RequestTooLarge } from './failures.ts';

/** The sender went away before the body was whole. Nobody is left to be answered. */
export class SenderGone extends Error {}

/** Counts the bytes of all bodies between their arrival and their answers. */
export class BodyBudget {
  readonly #most: number;
  #held = 0;

  /** @param most - bytes held at once, over all requests */
  constructor(most: number) {
    this.#most = most;
  }

  get held(): number {
    return this.#held;
  }

  /** @throws Busy */
  take(bytes: number): void {
    if (this.#held + bytes > this.#most) throw new Busy('too many request bodies are being read; try again');
    this.#held += bytes;
  }

  giveBack(bytes: number): void {
    this.#held -= bytes;
  }
}

/** A body's claim on the budget. Whoever made it must release it once the body is no longer needed. */
export class BodyLease {
  readonly #budget: BodyBudget;
  #bytes = 0;
  #released = false;

  constructor(budget: BodyBudget) {
    this.#budget = budget;
  }

  /** Of the body, as far as it was read. Stays what it was when the claim is released. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @throws Busy */
  grow(bytes: number): void {
    this.#budget.take(bytes);
    this.#bytes += bytes;
  }

  release(): void {
    if (!this.#released) this.#budget.giveBack(this.#bytes);
    this.#released = true;
  }
}

/** Whether the request line and headers announce a body: RFC 9112 §6. */
export function hasBody(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  return coding !== undefined || (length !== undefined && Number(length) > 0);
}

/**
 * The whole body, of at most `most` bytes. Whatever looks at what is in it does so elsewhere. What has not been read when
 * the limit is passed is left to Node, which discards it and whose timeouts end a sender that never does.
 *
 * @throws RequestTooLarge, Busy, SenderGone
 */
export function readBody(request: IncomingMessage, most: number, lease: BodyLease): Promise<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > most) return Promise.reject(tooLarge(most));
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  let whole = new BodyBytes(Number(request.headers['content-length'] ?? 0));
  const settle = (): void => {
    request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
    request.on('error', ignore).resume();
  };
  const onData = (chunk: Uint8Array): void => {
    try {
      if (whole.length + chunk.length > most) throw tooLarge(most);
      lease.grow(chunk.length);
      whole.add(chunk);
    } catch (error) {
      whole = new BodyBytes(0);
      settle();
      reject(error);
    }
  };
  const onEnd = (): void => {
    settle();
    resolve(whole.bytes());
  };
  const onClose = (): void => {
    settle();
    reject(new SenderGone('the sender went away'));
  };
  request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  return promise;
}

function tooLarge(most: number): RequestTooLarge {
  return new RequestTooLarge(`Request Entity Too Large. Limit set to ${most}`);
}

/** From here on a body has a buffer of its own from the beginning; below, most come in one piece. */
const LARGE = 64 * 1024;

/** What has come of a body. */
class BodyBytes {
  readonly #chunks: Uint8Array[] = [];
  /** As long as was announced: the system gives the memory once there is something in it. */
  readonly #whole: Uint8Array | undefined;
  length = 0;

  constructor(announced: number) {
    this.#whole = announced >= LARGE ? new Uint8Array(announced) : undefined;
  }

  add(chunk: Uint8Array): void {
    if (this.#whole === undefined) this.#chunks.push(chunk);
    else this.#whole.set(chunk, this.length);
    this.length += chunk.length;
  }

  /** May be a piece of a larger buffer, which must not travel to another thread with it. */
  bytes(): Uint8Array {
    return this.#whole ?? (this.#chunks.length === 1 ? (this.#chunks[0] as Uint8Array) : concatBytes(...this.#chunks));
  }
}

function ignore(): void {
  // the error has been told already
}

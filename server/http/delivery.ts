import type { ServerResponse } from 'node:http';
import { yieldToEventLoop } from '../../log/turns.ts';
import type { Answer, ByteStream, Headers } from './answer.ts';
import { hasBody } from './body.ts';
import { discardRest } from './discard.ts';
import { isHeldBack } from './expectation.ts';
import type { UnsentAnswer, UnsentAnswers } from './unsent-answers.ts';

/** A body of at most this many bytes is given to the system at once, a longer one in pieces of this length. */
const PIECE_BYTES = 64 * 1024;

/**
 * Bytes that one answer gives to the system in a turn of the event loop, at most: a reader who is quick takes megabytes
 * at once.
 */
const TURN_BYTES = 4 * PIECE_BYTES;

export interface Reader {
  /** Its address. */
  readonly remote: string;
  /** Told why its connection was ended before the answer was whole. */
  givenUp(reason: string): void;
  /** Told what went wrong while the body was made, where its beginning is sent already. */
  failed(error: unknown): void;
}

type Body = NonNullable<Answer['body']>;

/** Takes one answer to its reader, at the reader's pace, and within what all unsent answers may hold. */
export class Delivery {
  readonly #response: ServerResponse;
  readonly #unsent: UnsentAnswers;
  readonly #reader: Reader;
  #held: UnsentAnswer | undefined;
  /** Of an answer that was made before its request had come to its end: whether it comes to it. */
  #rest: Promise<boolean> | undefined;
  #isWritten = false;

  constructor(response: ServerResponse, unsent: UnsentAnswers, reader: Reader) {
    this.#response = response;
    this.#unsent = unsent;
    this.#reader = reader;
  }

  /** The response is over, whole or not. */
  end(): void {
    this.#held?.release();
  }

  /** Whether the system has taken all of the answer. */
  get isWhole(): boolean {
    return this.#isWritten || this.#response.writableFinished;
  }

  /**
   * Sends at least the beginning. When it throws or rejects, nothing has been sent.
   *
   * @param length - of the body, in bytes
   * @throws Busy if the body is long, and too many wait for their readers
   */
  send(status: number, headers: Headers, body: Body | undefined, length: number): Promise<void> | void {
    const response = this.#response;
    const content = body && contentOf(body);
    if (typeof content === 'object' && ('held' in content || (length > PIECE_BYTES && !isKept(body))))
      return this.#sendLong(status, headers, streamOf(content));
    const encoding = typeof content === 'string' && body?.ascii === true ? 'latin1' : 'utf8';
    this.#writeHead(status, headers);
    if (this.#rest === undefined) response.end(content, encoding);
    else this.#endLater(this.#rest, content, encoding);
    this.#holdWhatWaits();
  }

  #writeHead(status: number, headers: Headers): void {
    const { req } = this.#response;
    if (hasBody(req) && !req.complete) this.#rest = discardRest(req);
    // Whether a body that was held back still comes is not to be known, and so not what comes behind it.
    this.#response.writeHead(status, isHeldBack(req) ? { ...headers, Connection: 'close' } : headers);
  }

  /** The answer goes out at once; to end it is to close a connection that is not kept, with what has come unread. */
  #endLater(rest: Promise<boolean>, content: string | Uint8Array | undefined, encoding: BufferEncoding): void {
    const response = this.#response;
    if (content === undefined) response.flushHeaders();
    else response.write(content, encoding, () => (this.#isWritten = true));
    this.#isWritten ||= content === undefined;
    void this.#endAfter(rest);
  }

  async #endAfter(rest: Promise<boolean>): Promise<void> {
    const response = this.#response;
    const { socket } = response.req;
    const isWhole = await rest;
    if (response.destroyed) return;
    response.end(() => {
      if (!isWhole) socket.destroy();
    });
  }

  async #sendLong(status: number, headers: Headers, { held, read }: ByteStream): Promise<void> {
    const hold = this.#hold(held);
    const pieces = piecesOf(read());
    try {
      const first = await pieces.next();
      if (this.#response.destroyed) return;
      this.#writeHead(status, headers);
      void this.#write(first, pieces, hold);
    } catch (error) {
      hold.release();
      throw error;
    }
  }

  /** Each piece is made once the system has taken the one before. */
  async #write(
    first: IteratorResult<Uint8Array, void>,
    pieces: AsyncGenerator<Uint8Array, void>,
    hold: UnsentAnswer,
  ): Promise<void> {
    const response = this.#response;
    let inTurn = 0;
    try {
      for (let next = first; next.done !== true && !response.destroyed; next = await pieces.next()) {
        const { promise, resolve } = Promise.withResolvers<void>();
        response.write(next.value, () => resolve());
        await promise;
        hold.sent(next.value.length);
        inTurn += next.value.length;
        if (inTurn < TURN_BYTES) continue;
        inTurn = 0;
        await yieldToEventLoop();
      }
      if (this.#rest === undefined) return void response.end();
      hold.release();
      this.#isWritten = !response.destroyed;
      await this.#endAfter(this.#rest);
    } catch (error) {
      this.#reader.failed(error);
      this.#giveUp('what the answer is made of could not be read to its end');
    } finally {
      await pieces.return();
    }
  }

  /** A short answer is taken by the system at once, unless its reader has left earlier ones unread. */
  #holdWhatWaits(): void {
    const waiting = this.#response.socket?.writableLength ?? 0;
    if (waiting === 0) return;
    try {
      this.#hold(waiting);
    } catch {
      this.#giveUp('there was no place for an answer that its reader does not take');
    }
  }

  #hold(bytes: number): UnsentAnswer {
    this.#held = this.#unsent.hold(this.#reader.remote, bytes, (reason) => this.#giveUp(reason));
    return this.#held;
  }

  #giveUp(reason: string): void {
    this.#reader.givenUp(reason);
    this.#response.destroy();
  }
}

const isKept = (body: Body | undefined): boolean => body !== undefined && 'isKept' in body && (body.isKept ?? false);

/** In bytes. */
export function lengthOf(body: Body | undefined): number {
  if (body === undefined) return 0;
  return typeof body.text !== 'string' || body.ascii === true ? body.text.length : Buffer.byteLength(body.text);
}

/** Text that is short stays text. */
function contentOf(body: Body): string | Uint8Array | ByteStream {
  const { text, ascii } = body;
  if (typeof text === 'string')
    return text.length > PIECE_BYTES / 3 ? Buffer.from(text, ascii === true ? 'latin1' : 'utf8') : text;
  return 'make' in text ? text.make() : text;
}

function streamOf(content: Uint8Array | ByteStream): ByteStream {
  return 'held' in content ? content : { held: content.length, read: () => [content] };
}

async function* piecesOf(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) yield chunk.subarray(at, at + PIECE_BYTES);
}

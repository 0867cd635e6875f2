import type { ServerResponse } from 'node:http';
import type { Answer, Headers } from './answer.ts';
import type { UnsentAnswer, UnsentAnswers } from './unsent-answers.ts';

/** A body of at most this many bytes is given to the system at once, a longer one in pieces of this length. */
const PIECE_BYTES = 64 * 1024;

export interface Reader {
  /** Its address. */
  readonly remote: string;
  /** Told why its connection was ended before the answer was whole. */
  readonly givenUp: (reason: string) => void;
}

type Body = NonNullable<Answer['body']>;

/** Takes one answer to its reader, at the reader's pace, and within what all unsent answers may hold. */
export class Delivery {
  readonly #response: ServerResponse;
  readonly #unsent: UnsentAnswers;
  readonly #reader: Reader;
  #held: UnsentAnswer | undefined;

  constructor(response: ServerResponse, unsent: UnsentAnswers, reader: Reader) {
    this.#response = response;
    this.#unsent = unsent;
    this.#reader = reader;
    response.on('close', () => this.#held?.release());
  }

  /**
   * @param length - of the body, in bytes
   * @throws Busy if the body is long, and too many wait for their readers
   */
  send(status: number, headers: Headers, body: Body | undefined, length: number): void {
    const response = this.#response;
    if (body !== undefined && length > PIECE_BYTES) this.#hold(length);
    response.writeHead(status, headers);
    if (body === undefined) response.end();
    else if (this.#held === undefined) response.end(body.text, encodingOf(body));
    else void this.#writePieces(bytesOf(body), this.#held);
    if (this.#held === undefined) this.#holdWhatWaits();
  }

  /** Each piece is written once the system has taken the one before. */
  async #writePieces(bytes: Uint8Array, held: UnsentAnswer): Promise<void> {
    const response = this.#response;
    for (let at = 0; at < bytes.length && !response.destroyed; at += PIECE_BYTES) {
      const piece = bytes.subarray(at, at + PIECE_BYTES);
      const { promise, resolve } = Promise.withResolvers<void>();
      response.write(piece, () => resolve());
      await promise;
      held.sent(piece.length);
    }
    response.end();
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

  #hold(bytes: number): void {
    this.#held = this.#unsent.hold(this.#reader.remote, bytes, (reason) => this.#giveUp(reason));
  }

  #giveUp(reason: string): void {
    this.#reader.givenUp(reason);
    this.#response.destroy();
  }
}

/** In bytes. */
export function lengthOf(body: Body | undefined): number {
  if (body === undefined) return 0;
  return body.ascii === true ? body.text.length : Buffer.byteLength(body.text);
}

const encodingOf = ({ ascii }: Body): BufferEncoding => (ascii === true ? 'latin1' : 'utf8');

function bytesOf(body: Body): Uint8Array {
  return typeof body.text === 'string' ? Buffer.from(body.text, encodingOf(body)) : body.text;
}

import type { IncomingMessage } from 'node:http';
import { parseUtf8 } from '../../../base/bytes.ts';
import { Unreachable } from '../../../client/http/failures.ts';
import { RequestRefused } from './failures.ts';

/** Bytes of one request. */
const MOST_BODY_BYTES = 32 * 1024 * 1024;

/** Bodies of requests that are in memory, all in all. */
export class BodyRoom {
  #free: number;

  /** @param bytes - of all bodies together */
  constructor(bytes: number) {
    this.#free = bytes;
  }

  /**
   * Reads a body, lets `use` have it, and forgets it then.
   *
   * @throws RequestRefused for a body that is too long, or no text
   * @throws Unreachable while there is no room
   */
  async read<Result>(request: IncomingMessage, use: (body: string) => Promise<Result>): Promise<Result> {
    let taken = 0;
    try {
      const parts: Buffer[] = [];
      const whole = request.iterator({ destroyOnReturn: false }); // a refusal has still to be answered
      for await (const part of whole as AsyncIterable<Buffer>) {
        [taken, this.#free] = [taken + part.length, this.#free - part.length];
        if (taken > MOST_BODY_BYTES)
          throw new RequestRefused(413, `the request has more than ${MOST_BODY_BYTES} bytes`);
        if (this.#free < 0) throw new Unreachable('the proxy has too much to do now: ask again');
        parts.push(part);
      }
      const text = parseUtf8(Buffer.concat(parts));
      if (text === undefined) throw new RequestRefused(400, 'the body of the request is no UTF-8');
      return await use(text);
    } finally {
      this.#free += taken;
    }
  }
}

import { parseBase64, toBase64 } from '../../../base/bytes.ts';
import { SignerUnavailable } from '../../../log/failures.ts';
import { type Channel, openChannel } from './channel.ts';
import type { SignerPlace } from './signer-place.ts';

/** First line of both sides: the protocol, docs/signers.md, and its version. */
const GREETING = 'stele-signer 1';

/** Bytes of a line that a signer may send, with its newline. */
const MAX_LINE_BYTES = 4096;

/** Requests that wait for their answers at one time. What they are answered with is verified in one turn: about 3 ms. */
const MAX_IN_FLIGHT = 32;

/** Characters of a signer's own words that are passed on. */
const MAX_REASON_CHARACTERS = 200;

/** Key types of the protocol. */
export type KeyType = 'ecdsa-p256-sha256' | 'ed25519';

interface Request {
  readonly line: string;
  readonly resolve: (answer: Uint8Array) => void;
  readonly reject: (reason: SignerUnavailable) => void;
}

/**
 * One connection to a signer, or one run of its command. Requests are pipelined and answered in any order. It ends for good
 * with the first thing that does not fit: an answer to what was not asked, a line that is too long, silence.
 */
export class SignerSession {
  readonly #channel: Channel;
  readonly #silenceMs: number;
  readonly #waiting: Request[] = [];
  readonly #asked = new Map<number, Request>();
  #number = 0;
  #line = '';
  #isGreeted = false;
  #failure: SignerUnavailable | undefined;
  #silence: NodeJS.Timeout | undefined;

  /** @param silenceMs - milliseconds in which the next answer has to come while some are awaited */
  constructor(place: SignerPlace, silenceMs: number) {
    this.#silenceMs = silenceMs;
    this.#channel = openChannel(place, {
      data: (chunk) => this.#take(chunk.toString('latin1')),
      ended: (reason) => this.end(reason),
    });
    this.#channel.write(`${GREETING}\n`);
  }

  get hasEnded(): boolean {
    return this.#failure !== undefined;
  }

  /** Returns the public key: DER SubjectPublicKeyInfo, not checked. @throws SignerUnavailable */
  publicKey(type: KeyType): Promise<Uint8Array> {
    return this.#ask(`key ${type}`);
  }

  /** Returns a signature, not verified. @param input - of ECDSA the digest, of Ed25519 the message @throws SignerUnavailable */
  sign(type: KeyType, input: Uint8Array): Promise<Uint8Array> {
    return this.#ask(`sign ${type} ${toBase64(input)}`);
  }

  /** Ends it; what was asked is rejected with the reason. */
  end(reason: string): void {
    if (this.#failure !== undefined) return;
    this.#failure = new SignerUnavailable(reason);
    clearTimeout(this.#silence);
    for (const { reject } of [...this.#asked.values(), ...this.#waiting.splice(0)]) reject(this.#failure);
    this.#asked.clear();
    this.#channel.close();
  }

  #ask(line: string): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#waiting.push({ line, resolve, reject });
      return this.#send();
    });
  }

  #send(): void {
    while (this.#asked.size < MAX_IN_FLIGHT) {
      const request = this.#waiting.shift();
      if (request === undefined) return;
      this.#number += 1;
      if (this.#asked.size === 0) this.#listen();
      this.#asked.set(this.#number, request);
      this.#channel.write(`${this.#number} ${request.line}\n`);
    }
  }

  /** Awaits the next answer anew, if one is due. */
  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.end(`no answer within ${this.#silenceMs} ms`), this.#silenceMs);
  }

  #take(text: string): void {
    if (this.#failure !== undefined) return; // what is given up may write on until it is gone
    const [first = '', ...rest] = text.split('\n');
    const lines = [this.#line + first, ...rest];
    this.#line = lines.pop() ?? '';
    for (const line of [...lines, this.#line])
      if (line.length >= MAX_LINE_BYTES) return this.end(`a line is longer than ${MAX_LINE_BYTES} bytes`);
    for (const line of lines) this.#takeLine(line);
  }

  #takeLine(line: string): void {
    if (this.#failure !== undefined) return;
    if (this.#isGreeted) return this.#takeAnswer(line);
    this.#isGreeted = line === GREETING;
    if (!this.#isGreeted) this.end(`it does not begin with the line "${GREETING}"`);
  }

  #takeAnswer(line: string): void {
    const [, number = '', word, rest = ''] = /^([1-9]\d{0,15}) (ok|error)(?: (.*))?$/.exec(line) ?? [];
    const request = this.#asked.get(Number(number));
    if (request === undefined) return this.end(`it answered what was not asked: ${quoted(line)}`);
    this.#asked.delete(Number(number));
    if (this.#asked.size > 0) this.#listen();
    else clearTimeout(this.#silence);
    const bytes = word === 'ok' ? parseBase64(rest) : undefined;
    if (bytes !== undefined) request.resolve(bytes);
    else request.reject(new SignerUnavailable(word === 'ok' ? 'its answer is no base64' : `it says: ${quoted(rest)}`));
    this.#send();
  }
}

/** A stranger's words in a line of the server's own log. */
const quoted = (text: string): string => JSON.stringify(text.slice(0, MAX_REASON_CHARACTERS));

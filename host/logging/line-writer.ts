import { constants, fstatSync, openSync, writeSync } from 'node:fs';

/** Bytes that wait for a reader who is slow: some thousands of lines. */
const MAX_WAITING_BYTES = 1 << 20;
/** Time between two attempts while the reader takes nothing. */
const RETRY_MS = 50;
/** Time without progress after which a process that ends gives up its last lines. */
const LAST_WAIT_MS = 1000;

/** Lines that could not be written since the writer last said so. */
export interface LostLines {
  readonly count: number;
  /** The system's code, such as `ENOSPC`; `EAGAIN` where a reader took nothing for too long. */
  readonly reason: string;
}

/**
 * Writes lines to a file descriptor. Lines of one turn of the event loop leave in one system call: one for
 * each of thousands of requests a second costs more than the line. No failure leaves this
 * class and no reader makes it wait: lines that cannot be written are dropped and counted.
 */
export class LineWriter {
  readonly #fd: number;
  readonly #recovered: (lost: LostLines) => void;
  #turn = '';
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #retry: NodeJS.Timeout | undefined;
  /** Whether the last byte that was written ends no line. */
  #isInLine = false;
  /** Whether the rest of that line is lost. */
  #isTorn = false;
  #lost = 0;
  #dropped = 0;
  #reason = '';

  /**
   * @param fd - best one that never blocks, as `standardOutput` finds it
   * @param recovered - called when a line can be written again after some were lost
   */
  constructor(fd: number, recovered: (lost: LostLines) => void) {
    this.#fd = fd;
    this.#recovered = recovered;
  }

  /** Lines lost since the process began. */
  get dropped(): number {
    return this.#dropped;
  }

  write(line: string): void {
    if (this.#turn === '') setImmediate(() => this.#endTurn());
    this.#turn += line;
  }

  /** Hands over all lines, or gives up where the reader takes nothing for a second. */
  flush(): void {
    this.#endTurn();
    for (let waited = 0; this.#waiting.length > 0 && waited < LAST_WAIT_MS; waited += RETRY_MS) {
      const before = this.#waitingBytes;
      sleep(RETRY_MS);
      this.#drain();
      if (this.#waitingBytes < before) waited = 0;
    }
  }

  #endTurn(): void {
    if (this.#turn === '') return;
    const lines = Buffer.from(this.#turn);
    this.#turn = '';
    if (this.#waitingBytes > 0 && this.#waitingBytes + lines.length > MAX_WAITING_BYTES)
      return this.#lose(lines, 'EAGAIN');
    this.#waiting.push(lines);
    this.#waitingBytes += lines.length;
    this.#drain();
  }

  #drain(): void {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#waitingBytes -= next.length;
      const rest = this.#attempt(next);
      if (rest === undefined) continue;
      this.#waiting.unshift(rest);
      this.#waitingBytes += rest.length;
      return this.#retryLater();
    }
  }

  /** Writes `lines`, or loses them. @returns those that the reader has no room for yet */
  #attempt(lines: Buffer): Buffer | undefined {
    let rest = lines;
    try {
      if (this.#isTorn) this.#isTorn = writeSync(this.#fd, '\n') === 0;
      while (rest.length > 0) {
        const written = writeSync(this.#fd, rest);
        if (written > 0) this.#isInLine = rest[written - 1] !== NEWLINE;
        rest = rest.subarray(written);
      }
    } catch (error) {
      const reason = codeOf(error);
      if (reason === 'EAGAIN') return rest;
      this.#isTorn = this.#isInLine;
      this.#lose(rest, reason);
      return undefined;
    }
    this.#tell();
    return undefined;
  }

  #retryLater(): void {
    if (this.#retry !== undefined) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#drain();
    }, RETRY_MS).unref();
  }

  #lose(lines: Buffer, reason: string): void {
    const count = lines.reduce((sum, byte) => sum + Number(byte === NEWLINE), 0);
    this.#lost += count;
    this.#dropped += count;
    this.#reason = reason;
  }

  #tell(): void {
    if (this.#lost === 0) return;
    const lost = { count: this.#lost, reason: this.#reason };
    this.#lost = 0;
    this.#recovered(lost);
  }
}

/**
 * Standard output in a mode in which no write waits. A pipe or terminal is opened once more, because that mode would also
 * hold for others that have it from the same parent; a file never makes a writer wait; a socket is in that mode already
 * where the program has asked for `process.stdout`.
 */
export function standardOutput(): number {
  try {
    const kind = fstatSync(1);
    if (!kind.isFIFO() && !kind.isCharacterDevice()) return 1;
    return openSync(
      '/proc/self/fd/1',
      constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK | constants.O_NOCTTY,
    );
  } catch {
    return 1; // closed, another user's, or a system without /proc
  }
}

const NEWLINE = 10;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

/** Holds the thread. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  /** Bytes of the body that came. */
  readonly length: number;
}

/** A connection that sends what it is told, and reads nothing before it is told to. */
export interface RawConnection extends Disposable {
  readonly socket: Socket;
  /** Resolves when the connection is closed, in whichever way; it has to be read for that. */
  readonly closed: Promise<void>;
  send(bytes: string | Uint8Array): void;
  /** Reads on until this many more answers are whole, or the connection ends. */
  read(count: number): Promise<readonly RawAnswer[]>;
}

/** @param localAddress - of 127.0.0.0/8: to the server each is another sender */
export async function rawConnection(base: string, localAddress = '127.0.0.1'): Promise<RawConnection> {
  const socket = connect({ port: Number(new URL(base).port), host: '127.0.0.1', localAddress });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const reader = new AnswerReader();
  return {
    socket,
    closed,
    send: (bytes) => void socket.write(bytes),
    read: async (count) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const take = (chunk: Buffer): void => {
        reader.take(chunk);
        if (reader.whole.length >= count) resolve();
      };
      socket.on('data', take).resume();
      await Promise.race([promise, closed]);
      socket.off('data', take).pause();
      return reader.whole.splice(0);
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

const HEAD_END = '\r\n\r\n';

/** Reads answers that say how long they are. */
class AnswerReader {
  readonly whole: RawAnswer[] = [];
  #text = '';
  #open: { readonly head: string; readonly length: number; missing: number } | undefined;

  take(chunk: Buffer): void {
    for (let rest = chunk; rest.length > 0;) {
      if (this.#open === undefined) rest = this.#takeHead(rest);
      const taken = Math.min(this.#open?.missing ?? 0, rest.length);
      if (this.#open !== undefined) this.#open.missing -= taken;
      rest = rest.subarray(taken);
      this.#close();
    }
  }

  #takeHead(chunk: Buffer): Buffer {
    const before = this.#text.length;
    this.#text += chunk.toString('latin1');
    const end = this.#text.indexOf(HEAD_END);
    if (end < 0) return chunk.subarray(chunk.length);
    const head = this.#text.slice(0, end);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    this.#open = { head, length, missing: length };
    this.#text = '';
    return chunk.subarray(end + HEAD_END.length - before);
  }

  #close(): void {
    if (this.#open?.missing !== 0) return;
    const { head, length } = this.#open;
    this.whole.push({ status: Number(head.slice(9, 12)), head, length });
    this.#open = undefined;
  }
}

/** The head of a request without a body. */
export const requestHead = (method: string, path: string, ...headers: string[]): string =>
  [`${method} ${path} HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n');

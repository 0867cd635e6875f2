import { connect } from 'node:net';

/**
 * One keep-alive connection with one request at a time: as little of an HTTP/1.1 client as answers need that carry
 * `Content-Length`, so that the generator leaves the processors to the server. What an answer says is not kept.
 */
export interface Connection {
  /** @param request - head and body as they go over the wire */
  send(request: Buffer, finished: (status: number) => void): void;
  close(): void;
}

const BUFFER = 64 * 1024;
const HEAD_END = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: (\d+)/i;
const NO_BYTES: Buffer = Buffer.alloc(0);

export function openConnection(port: number, failed: (reason: Error) => void): Promise<Connection> {
  let head: Buffer = NO_BYTES;
  let status = 0;
  let missing = -1; // bytes of the answer that have not come; below 0 while its head has not
  let finish: ((status: number) => void) | undefined;

  function take(bytes: Buffer): void {
    if (missing < 0) {
      head = head.length === 0 ? bytes : Buffer.concat([head, bytes]);
      const end = head.indexOf(HEAD_END);
      if (end < 0) {
        head = Buffer.from(head); // the socket writes over what it gave
        return;
      }
      const text = head.toString('latin1', 0, end);
      status = Number(text.slice(9, 12));
      missing = end + HEAD_END.length + Number(LENGTH.exec(text)?.[1] ?? 0) - head.length;
    } else missing -= bytes.length;
    if (missing > 0) return;
    const finished = finish;
    [head, missing, finish] = [NO_BYTES, -1, undefined];
    finished?.(status);
  }

  return new Promise((resolve) => {
    const buffer = Buffer.allocUnsafeSlow(BUFFER);
    const onread = {
      buffer,
      callback: (bytes: number) => {
        take(buffer.subarray(0, bytes));
        return true;
      },
    };
    const socket = connect({ host: '127.0.0.1', port, noDelay: true, onread });
    socket.on('error', failed);
    socket.on('close', () => finish && failed(new Error('the server closed a connection')));
    socket.once('connect', () =>
      resolve({
        send: (request, finished) => {
          finish = finished;
          socket.write(request);
        },
        close: () => socket.destroy(),
      }),
    );
  });
}

/** Without a body it is a GET, with one a POST of JSON. */
export interface Question {
  readonly path: string;
  readonly body?: string;
  /** Further lines of the head, each with its line end. */
  readonly headers?: string;
}

/** A whole request, ready to be sent. */
export function requestOf({ path, body, headers = '' }: Question): Buffer {
  const head = `${body === undefined ? 'GET' : 'POST'} ${path} HTTP/1.1\r\nHost: bench\r\n${headers}`;
  if (body === undefined) return Buffer.from(`${head}\r\n`);
  const length = Buffer.byteLength(body);
  return Buffer.from(`${head}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`);
}

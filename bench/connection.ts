import { connect } from 'node:net';

/** What a finished exchange tells. */
export type Finished = (status: number, body: () => string) => void;

/**
 * One keep-alive connection with one request at a time: as little of an HTTP/1.1 client as answers need that carry
 * `Content-Length`, so that the generator leaves the processors to the server.
 */
export interface Connection {
  /** @param request - head and body as they go over the wire */
  send(request: Buffer, finished: Finished): void;
  close(): void;
}

const BUFFER = 64 * 1024;
const HEAD_END = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: (\d+)/i;

export function openConnection(port: number, failed: (reason: Error) => void): Promise<Connection> {
  let received = '';
  let wanted = -1;
  let finish: Finished | undefined;

  function take(text: string): void {
    received = received === '' ? text : received + text;
    if (wanted < 0) {
      const head = received.indexOf(HEAD_END);
      if (head < 0) return;
      wanted = head + HEAD_END.length + Number(LENGTH.exec(received.slice(0, head))?.[1] ?? 0);
    }
    if (received.length < wanted) return;
    const answer = received;
    const finished = finish;
    [received, wanted, finish] = ['', -1, undefined];
    finished?.(Number(answer.slice(9, 12)), () => answer.slice(answer.indexOf(HEAD_END) + HEAD_END.length));
  }

  return new Promise((resolve) => {
    const buffer = Buffer.allocUnsafeSlow(BUFFER);
    const onread = {
      buffer,
      callback: (bytes: number) => {
        take(buffer.toString('latin1', 0, bytes));
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

/** A whole request, ready to be sent. */
export function requestOf(method: 'GET' | 'POST', path: string, body?: string): Buffer {
  const head = `${method} ${path} HTTP/1.1\r\nHost: bench\r\n`;
  if (body === undefined) return Buffer.from(`${head}\r\n`);
  const length = Buffer.byteLength(body);
  return Buffer.from(`${head}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`);
}

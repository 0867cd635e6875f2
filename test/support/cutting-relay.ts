import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server on which answers can be lost. */
export interface CuttingRelay extends AsyncDisposable {
  readonly port: number;
  /** From now on requests arrive, and the connection is cut once it is answered. */
  swallow(): void;
  /** From now on so many bytes of answers arrive in all, then the connection is cut. */
  cutAfter(bytes: number): void;
  /** Lets everything pass again. */
  pass(): void;
}

export async function openCuttingRelay(target: number): Promise<CuttingRelay> {
  const sockets = new Set<Socket>();
  let left = Infinity;
  const server = createServer((from) => {
    const to = connect(target, '127.0.0.1');
    for (const one of [from, to]) {
      sockets.add(one);
      one.on('close', () => sockets.delete(one));
    }
    const end = (): void => void [from, to].map((one) => one.destroy());
    for (const one of [from, to]) one.on('error', end).on('close', end);
    from.pipe(to);
    to.on('data', (bytes: Buffer) => {
      const some = bytes.subarray(0, left);
      left -= some.length;
      if (some.length < bytes.length) from.write(some, end);
      else from.write(some);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    port: (server.address() as AddressInfo).port,
    swallow: () => (left = 0),
    cutAfter: (bytes) => (left = bytes),
    pass: () => (left = Infinity),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

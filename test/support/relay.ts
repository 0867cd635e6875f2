import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** An address that stays while the server behind it comes and goes. */
export interface Relay extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly base: string;
  /** @param base - of the server from now on, as `http://127.0.0.1:<port>` */
  leadTo(base: string): void;
}

/** Leads nowhere at first: whoever connects is cut off. */
export async function openRelay(): Promise<Relay> {
  const sockets = new Set<Socket>();
  let target: number | undefined;
  const server = createServer((from) => {
    const to = connect(target ?? 0, '127.0.0.1');
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo: (base) => void (target = Number(new URL(base).port)),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

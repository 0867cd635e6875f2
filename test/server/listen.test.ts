import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { connect } from 'node:tls';
import { once } from 'node:events';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { addressOf } from '../../server/bind.ts';
import { listen } from '../../server/listen.ts';
import { type LogFolder, runServer, temporaryFolder } from '../../testkit/server-process.ts';

const FREE_PORT = {
  listen: { host: '127.0.0.1', port: 0 },
  tlsCert: undefined,
  tlsKey: undefined,
  maxConnections: 100,
  maxConnectionsPerAddress: 100,
};
const quiet = (): void => undefined;

function made({ parent }: LogFolder, name: string): { readonly tlsCert: string; readonly tlsKey: string } {
  const files = { tlsCert: join(parent, `${name}.crt`), tlsKey: join(parent, `${name}.key`) };
  const subject = ['-subj', `/CN=${name}`, '-days', '2'];
  const keys = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', files.tlsKey];
  const { status } = spawnSync('openssl', ['req', '-x509', ...keys, ...subject, '-out', files.tlsCert]);
  if (status !== 0) throw new Error('openssl made no certificate');
  return files;
}

async function subjectAt(address: string): Promise<string> {
  const { port, hostname } = new URL(`https://${address}`);
  const socket = connect({ port: Number(port), host: hostname, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const name = socket.getPeerCertificate().subject.CN;
  socket.destroy();
  return String(name);
}

describe('listen: the port comes before the log', () => {
  it('while the log opens every request is answered 503, and /healthz 200; then the application answers', async () => {
    await using listener = await listen(FREE_PORT, quiet);
    const base = `http://${addressOf(listener.http)}`;
    const early = await fetch(`${base}/api/v1/log`);
    expect([early.status, early.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await early.json()).toEqual({ code: 503, message: 'the log is being opened: try again soon' });
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    listener.serve(express().use((_, response) => void response.send('open')));
    expect(await (await fetch(`${base}/api/v1/log`)).text()).toBe('open');
  });

  it('while the log opens a request with a long body is read to its end, so that its sender gets the answer', async () => {
    await using listener = await listen(FREE_PORT, quiet);
    const socket = connectTcp((listener.http.address() as AddressInfo).port, '127.0.0.1');
    const faults: unknown[] = [];
    socket.on('error', (error) => faults.push(error));
    const length = 2 ** 25;
    socket.write(`POST /api/v1/log/entries HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`);
    await new Promise((sent) => {
      socket.write(Buffer.alloc(length), sent); // and only then it reads
    });
    let seen = '';
    socket.on('data', (chunk) => (seen += chunk.toString()));
    await once(socket, 'close');
    expect([faults, seen.slice(0, 12)]).toEqual([[], 'HTTP/1.1 503']);
  });

  it('a port that is taken is refused with the flag that names another, and nothing is begun', async () => {
    using folder = temporaryFolder();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    const { code, said } = await runServer(folder, { listen: address });
    other.close();
    expect(said).toContain(
      `cannot listen on ${address}: another process, or another listener of this one, has this port`,
    );
    expect(said).toContain('--listen HOST:PORT');
    expect([code, existsSync(folder.data), existsSync(folder.heads)]).toEqual([1, false, false]);
  });

  it('an address that no interface has is refused by name, and nothing is begun', async () => {
    using folder = temporaryFolder();
    const { code, said } = await runServer(folder, { listen: '192.0.2.1:0' });
    expect(said).toContain('cannot listen on 192.0.2.1:0: no interface of this machine has this address');
    expect([code, existsSync(folder.data)]).toEqual([1, false]);
  });
});

describe('TLS files: refused before a log begins, by setting and path', () => {
  it('names the file that is missing, is no certificate, no key, or belongs to another, and begins nothing', async () => {
    using folder = temporaryFolder();
    const [one, other] = [made(folder, 'one.test'), made(folder, 'other.test')];
    const [absent, junk] = [join(folder.parent, 'absent.pem'), join(folder.parent, 'junk.pem')];
    writeFileSync(junk, 'junk');
    for (const [tlsCert, tlsKey, reason] of [
      [absent, one.tlsKey, `tls-cert ${absent} cannot be read: there is no such file or folder (ENOENT, open)`],
      [one.tlsCert, absent, `tls-key ${absent} cannot be read: there is no such file or folder (ENOENT, open)`],
      [
        folder.parent,
        one.tlsKey,
        `tls-cert ${folder.parent} cannot be read: it is a folder, and a file is needed there (EISDIR, read)`,
      ],
      [junk, one.tlsKey, `tls-cert ${junk} is no certificate in PEM`],
      [one.tlsCert, junk, `tls-key ${junk} is no private key in PEM`],
      [one.tlsCert, other.tlsKey, `tls-key ${other.tlsKey} is not the key of the first certificate`],
    ] as const)
      await expect(listen({ ...FREE_PORT, tlsCert, tlsKey }, quiet)).rejects.toThrow(reason);
    const { code } = await runServer(folder, { flags: ['--tls-cert', junk, '--tls-key', one.tlsKey] });
    expect([code, existsSync(folder.data)]).toEqual([1, false]);
  });

  it('are read again on demand: new connections see the new certificate, and a file that is junk changes nothing', async () => {
    using folder = temporaryFolder();
    const files = made(folder, 'first.test');
    await using listener = await listen({ ...FREE_PORT, ...files }, quiet);
    const address = addressOf(listener.http);
    expect(await subjectAt(address)).toBe('first.test');
    const renewed = made(folder, 'second.test');
    for (const part of ['tlsCert', 'tlsKey'] as const) spawnSync('cp', [renewed[part], files[part]]);
    listener.reloadTls();
    expect(await subjectAt(address)).toBe('second.test');
    writeFileSync(files.tlsCert, 'junk');
    expect(() => listener.reloadTls()).toThrow(/is no certificate in PEM/);
    expect(await subjectAt(address)).toBe('second.test');
  });
});

describe('listen: connections over TLS', () => {
  it('make room while they have no whole request, also before TLS is agreed on, and not while one is answered', async () => {
    using folder = temporaryFolder();
    await using listener = await listen({ ...FREE_PORT, ...made(folder, 'first'), maxConnections: 1 }, quiet);
    const gate = Promise.withResolvers<void>();
    let working = 0;
    listener.serve(
      express().use((_, response) => {
        working += 1;
        void gate.promise.then(() => response.send('answered'));
      }),
    );
    const { port } = listener.http.address() as AddressInfo;
    const silent = connectTcp(port, '127.0.0.1').on('error', quiet).resume();
    await once(silent, 'connect');
    const agreed = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }).on('error', quiet).resume();
    await once(agreed, 'secureConnect');
    await expect.poll(() => silent.closed).toBe(true);
    let seen = '';
    const asking = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }).on('error', quiet);
    asking.on('data', (chunk) => (seen += chunk.toString()));
    await once(asking, 'secureConnect');
    await expect.poll(() => agreed.closed).toBe(true);
    asking.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(() => working).toBe(1);
    const late = connectTcp(port, '127.0.0.1').on('error', quiet).resume();
    await expect.poll(() => late.closed).toBe(true);
    gate.resolve();
    await expect.poll(() => seen).toContain('answered');
    asking.destroy();
  });
});

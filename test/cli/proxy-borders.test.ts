import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answersOfFiles, at, flipped, openLiar, withBody } from '../support/liar.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { stele } from '../support/stele.ts';
import { submissionFor } from '../support/submissions.ts';
import { leavesNamed, newTileLog } from '../support/tile-log.ts';
import { openProxied, post, startProxy, V1 } from './proxy-process.ts';

const opened = forAllTests(openProxied);

/** A key, and a certificate that it has signed itself, as files. */
function made(name: string): { readonly certificate: string; readonly key: string } {
  const [certificate, key] = [join(opened().use.scratch, `${name}.crt`), join(opened().use.scratch, `${name}.key`)];
  const keys = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  if (spawnSync('openssl', ['req', '-x509', ...keys, ...subject, '-out', certificate]).status !== 0)
    throw new Error('openssl made no certificate');
  return { certificate, key };
}

/** The log behind TLS, for who has the one client certificate. @returns its address */
async function mutualTls(own: ReturnType<typeof made>, client: ReturnType<typeof made>): Promise<[string, Server]> {
  const [cert, key, ca] = [own.certificate, own.key, client.certificate].map((file) => readFileSync(file));
  const server = createServer({ cert, key, ca, requestCert: true, rejectUnauthorized: true }, (asked, answer) => {
    const { method, headers } = asked;
    const passed = request(`${opened().use.server.base}${asked.url ?? ''}`, { method, headers }, (real) => {
      answer.writeHead(real.statusCode ?? 500, real.headers);
      real.pipe(answer);
    });
    asked.pipe(passed);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return [`https://127.0.0.1:${(server.address() as AddressInfo).port}`, server];
}

/** Asks under another name than that of the address. */
async function statusFor(host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const asked = request(`${opened().proxy.base}/ping`, { headers: { host } }, (answer) => {
    answer.resume();
    resolve(answer.statusCode ?? 0);
  });
  asked.on('error', reject).end();
  return promise;
}

describe('the borders of stele proxy', () => {
  it('a client certificate shows the log who asks, and nothing goes on without it', async () => {
    const [own, client] = [made('log'), made('client')];
    const [to, server] = await mutualTls(own, client);
    const env = { NODE_EXTRA_CA_CERTS: own.certificate };
    const words = ['--client-certificate', client.certificate, '--client-key', client.key];
    await using shown = await startProxy({ to, state: join(opened().use.scratch, 'mtls'), words, env });
    const { body } = submissionFor('v1', 'under a client certificate');
    expect((await post(shown.base, V1, body)).status).toBe(201);
    const page = [await fetch(`${shown.base}/docs`), await fetch(`${opened().use.server.base}/docs`)];
    expect(await page[0]?.text()).toBe(await page[1]?.text());
    await using hidden = await startProxy({ to, state: join(opened().use.scratch, 'no-mtls'), env });
    expect((await fetch(`${hidden.base}/api/v1/log`)).status).toBe(503);
    server.closeAllConnections();
    server.close();
  });

  it('the plain files of a C2SP log go through it, up to the signed root', async () => {
    const log = newTileLog('files.test');
    await using files = await openLiar(answersOfFiles(log.files(leavesNamed('through', 300))));
    const keys = ['--log-key', log.vkey];
    await using between = await startProxy({ to: files.base, state: join(opened().use.scratch, 'files'), words: keys });
    const line = ['get', '299', '--server', between.base, ...keys, '--state', join(opened().use.scratch, 'of-files')];
    expect(await stele([...line, '--output', 'json'])).toMatchObject({ code: 0, err: '' });
    files.lie = at(/tile\/0\/000/, (told) => withBody(told, (body) => flipped(body)));
    await between.kill();
    await using anew = await startProxy({ to: files.base, state: join(opened().use.scratch, 'files'), words: keys });
    expect((await fetch(`${anew.base}/tile/0/000`)).status).toBe(502);
    expect((await fetch(`${anew.base}/tile/0/001.p/44`)).status).toBe(200);
    expect((await fetch(`${anew.base}/tile/0/001.p/45`)).status).toBe(404);
  });

  it('names that were made to lead to this machine are refused', async () => {
    expect(await statusFor('evil.example')).toBe(421);
    expect(await statusFor('localhost:3001')).toBe(200);
    expect(await statusFor('[::1]:3001')).toBe(200);
  });

  it('a body that is too long is refused, and the next request is answered', async () => {
    const body = 'x'.repeat(33 * 1024 * 1024);
    const { status } = await post(opened().proxy.base, V1, body);
    expect(status).toBe(413);
    expect((await fetch(`${opened().proxy.base}/ping`)).status).toBe(200);
  });

  it.each([
    [['proxy'], /needs the log: give --to URL/],
    [['proxy', '--to', 'log.example'], /no address of a log/],
    [['proxy', '--to', 'http://127.0.0.1:1', '--listen', '3001'], /--listen is an address and a port/],
    [['proxy', '--to', 'http://127.0.0.1:1', '--client-key', 'k'], /are given together/],
    [['proxy', '--to', 'http://127.0.0.1:1', '--token', 'two words'], /--token/],
  ])('stele %j is wrong usage, in one line', async (line, said) => {
    const ran = await stele(line, { env: { STELE_STATE: join(opened().use.scratch, 'wrong') } });
    expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringMatching(said) as string });
    expect(ran.err).toMatch(/^stele: [^\n]+\n$/);
  });
});

import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newToken } from '../../host/access/token-text.ts';
import { hashedrekord } from '../../testkit/proposals.ts';
import { rawConnection } from '../support/raw-connection.ts';
import { bearer } from './private-log.ts';
import { ENTRIES, type PrivateServer, startPrivateServer } from './private-server.ts';

/*
 * Attacks on a private log that runs, over the network. Each was seen to succeed with its check taken out: the change stands
 * beside the test.
 */

let open: PrivateServer;
beforeAll(async () => void (open = await startPrivateServer()));
afterAll(() => open[Symbol.asyncDispose]());

describe('a token', () => {
  // Red without withoutTokens in server/http/request-line.ts, and without USERINFO there.
  it('stands in no line of the log and no file, wherever a client puts it', async () => {
    const jwt = `${Buffer.from('{"alg":"RS256","kid":"one"}').toString('base64url')}.${Buffer.from('{"iss":"https://x.test","sub":"me"}').toString('base64url')}.c2lnbmF0dXJl`;
    for (const secret of [open.reader, open.writer, newToken(), jwt]) {
      const basic = Buffer.from(`user:${secret}`).toString('base64');
      for (const lines of [
        [`GET ${ENTRIES}?logIndex=0 HTTP/1.1`, 'Host: x', `Authorization: Bearer ${secret}`],
        [`GET ${ENTRIES}?logIndex=0 HTTP/1.1`, 'Host: x', `Authorization: Basic ${basic}`],
        [`GET ${ENTRIES}?logIndex=0 HTTP/1.1`, 'Host: x', `Authorization: ${secret}`],
        [`GET ${ENTRIES}?logIndex=0&x=${secret} HTTP/1.1`, 'Host: x'],
        [`GET ${ENTRIES}?${secret} HTTP/1.1`, 'Host: x'],
        [`GET ${ENTRIES}/${secret} HTTP/1.1`, 'Host: x', `Authorization: Bearer ${open.reader}`],
        [`GET /nowhere/${secret} HTTP/1.1`, 'Host: x'],
        [`GET http://ci:${secret}@x/nowhere HTTP/1.1`, 'Host: x'],
        [`GET http://ci:${secret}@x${ENTRIES}?logIndex=0 HTTP/1.1`, 'Host: x'],
        [
          `GET /ping HTTP/1.1`,
          `Host: ${secret}.x`,
          `User-Agent: ${secret}`,
          `Referer: http://x/${secret}`,
          `X-Request-Id: ${secret}`,
        ],
        [`${secret} /ping HTTP/1.1`, 'Host: x'],
        [`GET /ping HTTP/9.9`, `X: ${secret}`],
      ])
        await open.raw(...lines);
      await open.post(ENTRIES, { kind: secret, apiVersion: secret, spec: { [secret]: secret } }, bearer(open.writer));
    }
    const signature = jwt.split('.')[2] ?? '';
    const parts = [open.reader, open.writer].map((secret) => secret.slice(18)); // a prefix of a dozen digits helps nobody
    await expect.poll(() => open.server.lines().join('\n')).toContain('/nowhere');
    const lines = open.server.lines().join('\n');
    for (const part of [...parts, signature]) expect(lines).not.toContain(part);
    const files = readdirSync(open.folder.data, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(files.length).toBeGreaterThan(3);
    for (const { parentPath, name } of files)
      for (const part of parts) expect(readFileSync(join(parentPath, name)).includes(part)).toBe(false);
  });

  // Red where Tokens.find does not look at its file again.
  it('that was revoked is refused on connections that are open, and a request that repeats one that was taken', async () => {
    const text = await open.token('revoked', ['read']);
    using connection = await rawConnection(open.server.base);
    const asked = `GET ${ENTRIES}?logIndex=${open.index} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${text}\r\n\r\n`;
    connection.send(asked);
    expect((await connection.read(1)).map(({ status }) => status)).toEqual([200]);
    await open.revoke('revoked');
    connection.send(asked);
    expect((await connection.read(1)).map(({ status }) => status)).toEqual([401]);
  });
});

describe('an access file that is read again while entries are written', () => {
  // Red where an empty file is taken: it gave everyone all rights for as long as an editor wrote it.
  it('gives each request the rights of before or of after, and no entry that was acknowledged is lost', async () => {
    const other = newToken();
    const statuses = new Set<number>();
    const leaked: string[] = [];
    const acknowledged: string[] = [];
    let isOver = false;
    const write = async (n: number): Promise<void> => {
      for (let i = 0; !isOver; i += 1) {
        const answer = await open.post(ENTRIES, hashedrekord(`while reloading ${n} ${i}`), bearer(open.writer));
        statuses.add(answer.status);
        if (answer.status === 201) acknowledged.push(...Object.keys(JSON.parse(answer.text) as object));
      }
    };
    const read = async (): Promise<void> => {
      while (!isOver) {
        for (const headers of [{}, bearer(open.writer), bearer(other)]) {
          const answer = await fetch(`${open.server.base}${ENTRIES}?logIndex=${open.index}`, { headers });
          if (answer.status === 200) leaked.push(JSON.stringify(headers));
          await answer.arrayBuffer();
        }
      }
    };
    const work = [write(1), write(2), write(3), read()];
    const files = [
      'anonymous: [audit]\ntokens: true\n',
      'anonymous: []\ntokens: true\n',
      'anonymous: [reed]\n',
      'tokens: [',
      '',
    ];
    for (let i = 0; i < 30; i += 1) {
      writeFileSync(`${open.access}.new`, files[i % files.length] ?? '');
      renameSync(`${open.access}.new`, open.access);
      process.kill(open.server.pid, 'SIGHUP');
      await sleep(40);
    }
    isOver = true;
    await Promise.all(work);
    writeFileSync(open.access, 'anonymous: []\ntokens: true\n');
    process.kill(open.server.pid, 'SIGHUP');
    expect([...statuses]).toEqual([201]);
    expect(leaked).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(10);
    for (const id of acknowledged)
      expect((await fetch(`${open.server.base}${ENTRIES}/${id}`, { headers: bearer(open.reader) })).status).toBe(200);
    const lines = open.server.lines().join('\n');
    for (const reason of ['anonymous[0] has to be one of', 'is no YAML', 'is empty, and has to say something'])
      expect(lines).toContain(reason);
  });
});

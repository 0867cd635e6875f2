import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Right } from '../../host/access/rights.ts';
import { changeTokens, tokenFile } from '../../host/access/token-file.ts';
import { newToken, tokenHash } from '../../host/access/token-text.ts';
import { hashedrekord } from '../../testkit/proposals.ts';
import { type LogFolder, type ServerProcess, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { rawConnection } from '../support/raw-connection.ts';
import { bearer } from './private-log.ts';

export const ENTRIES = '/api/v1/log/entries';

interface PostAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A private log that runs, with one entry of a user, and a token of one who may only submit and of one who may only read. */
export interface PrivateServer extends AsyncDisposable {
  readonly server: ServerProcess;
  readonly folder: LogFolder;
  /** The access file. */
  readonly access: string;
  readonly writer: string;
  /** May read, search and audit. */
  readonly reader: string;
  /** The request that made the entry. */
  readonly proposal: object;
  readonly uuid: string;
  readonly index: number;
  /** Makes a token as `stele token new` does. */
  token(name: string, rights: readonly Right[]): Promise<string>;
  revoke(name: string): Promise<void>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<PostAnswer>;
  /** Sends a head as it stands, and returns all that comes back until the connection is closed. */
  raw(...lines: readonly string[]): Promise<string>;
}

/** @param flags - beside the access file */
export async function startPrivateServer(...flags: readonly string[]): Promise<PrivateServer> {
  const folder = temporaryFolder();
  const access = join(folder.parent, 'access.yaml');
  writeFileSync(access, 'anonymous: []\ntokens: true\n');
  const server = await startServer(folder, { flags: ['--access', access, ...flags] });

  async function token(name: string, rights: readonly Right[]): Promise<string> {
    const text = newToken();
    const record = { name, hash: tokenHash(text), rights, created: Date.now(), expires: undefined };
    await changeTokens(tokenFile(folder.data), (tokens) => [...tokens, record]);
    return text;
  }

  async function post(
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<PostAnswer> {
    const answer = await fetch(`${server.base}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  }

  async function raw(...lines: readonly string[]): Promise<string> {
    using connection = await rawConnection(server.base);
    let answered = '';
    connection.socket.on('data', (chunk: Buffer) => (answered += chunk.toString('latin1')));
    connection.send([...lines, 'Connection: close', '', ''].join('\r\n'));
    await connection.closed;
    return answered;
  }

  const [writer, reader] = [await token('writer', ['submit']), await token('reader', ['read', 'search', 'audit'])];
  const proposal = hashedrekord('this stands in an entry alone');
  const stored = await post(ENTRIES, proposal, bearer(writer));
  const [found] = Object.entries(JSON.parse(stored.text) as Record<string, { readonly logIndex: number }>);
  const [uuid = '', entry] = found ?? [];
  return {
    server,
    folder,
    access,
    writer,
    reader,
    proposal,
    uuid,
    index: entry?.logIndex ?? -1,
    token,
    revoke: (name) => changeTokens(tokenFile(folder.data), (tokens) => tokens.filter((one) => one.name !== name)),
    post,
    raw,
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      folder[Symbol.dispose]();
    },
  };
}

/** Status of an answer as it came. */
export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);

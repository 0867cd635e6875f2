import { createServer, type Server } from 'node:http';
import { generateKeyPairSync, hash, sign } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { newIssuer } from '../../testkit/certificate.ts';
import { hashedrekordOf } from '../../testkit/proposals.ts';
import { openTestLog, type TestLog } from '../support/log.ts';

/** A log with its pages, at an address of loopback. */
export interface Site extends AsyncDisposable {
  readonly opened: TestLog;
  readonly base: string;
  /** A page as a reader without scripts gets it. */
  read(
    path: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly text: string; readonly headers: Headers }>;
  /** Adds an entry by the API. Resolves to its index. */
  submit(body: object, api?: 'v1' | 'v2'): Promise<number>;
}

/** @param argv - flags of the server @param folder - of a log that was there before */
export async function openSite(argv: readonly string[] = [], folder?: string): Promise<Site> {
  const opened = await openTestLog(argv, folder);
  const { server, base } = await served(opened.app);
  return {
    opened,
    base,
    read: (path, headers = {}) => readPage(base, path, headers),
    submit: (body, api = 'v1') => submit(base, body, api),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await opened.close();
    },
  };
}

/** Serves an app on loopback. */
export async function served(app: Express): Promise<{ readonly server: Server; readonly base: string }> {
  const server = createServer(app);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { server, base: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

export async function readPage(base: string, path: string, headers: Readonly<Record<string, string>> = {}) {
  const answer = await fetch(base + path, { headers: { accept: 'text/html', ...headers }, redirect: 'manual' });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

async function submit(base: string, body: object, api: 'v1' | 'v2'): Promise<number> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const answer = await fetch(`${base}/api/${api}/log/entries`, { method: 'POST', headers, body: JSON.stringify(body) });
  const told: unknown = await answer.json();
  if (answer.status !== 201) throw new Error(JSON.stringify(told));
  const entry = (api === 'v2' ? told : Object.values(told as object)[0]) as { readonly logIndex: number | string };
  return Number(entry.logIndex);
}

const issuer = newIssuer();

/** The URI of a workflow that the certificates of `workflowEntry` name. */
export const WORKFLOW_REPOSITORY = 'https://github.com/example-organisation/example-repository';

/** An entry as a workflow makes one: signed by a key with a certificate of Fulcio's form. */
export function workflowEntry(artifact: string): object {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const digest = { algorithm: 'sha256', value: hash('sha256', artifact) };
  return hashedrekordOf(digest, sign('sha256', Buffer.from(artifact), privateKey), issuer.issue(publicKey));
}

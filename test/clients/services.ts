import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  fulcioHandler,
  type HandlerFn,
  initializeCA,
  initializeCTLog,
  initializeTSA,
  tsaHandler,
} from '@sigstore/mock';

// The mock loads nock, which takes node:http over at once. The services here have sockets of their own.
const beside = createRequire(createRequire(import.meta.url).resolve('@sigstore/mock'));
(beside('nock') as { restore(): void }).restore();

export interface Listening extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
}

/** A service on a port of loopback that the system chose. */
export async function listenOn(handler: RequestListener): Promise<Listening> {
  const server = createServer(handler);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** A certificate authority that believes every token, with its certificate transparency log. */
export interface Fulcio extends Listening {
  readonly rootCertificate: Uint8Array;
  readonly ctLog: { readonly publicKey: Uint8Array; readonly logId: Uint8Array };
}

/** Sigstore's own stand-in for Fulcio, over HTTP. */
export async function startFulcio(): Promise<Fulcio> {
  const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const ctLog = await initializeCTLog(keys);
  const ca = await initializeCA(keys, ctLog);
  const { path, fn } = fulcioHandler(ca);
  const listening = await listenOn(answering(path, fn));
  return {
    ...listening,
    rootCertificate: bytesOf(ca.rootCertificate),
    ctLog: { publicKey: ctLog.publicKey, logId: bytesOf(ctLog.logID) },
  };
}

/** An authority that says when it saw a signature: RFC 3161. */
export interface TimestampAuthority extends Listening {
  /** The one that signs, then the root. */
  readonly certificates: readonly Uint8Array[];
}

/** Sigstore's own stand-in for a timestamp authority, over HTTP. */
export async function startTsa(): Promise<TimestampAuthority> {
  const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const clock = new Date();
  const tsa = await initializeTSA(keys, clock);
  const { path, fn } = tsaHandler(tsa);
  const listening = await listenOn(
    answering(path, (body) => {
      clock.setTime(1000 * Math.floor(Date.now() / 1000)); // a time with a fraction is written so that no client reads it
      return fn(body);
    }),
  );
  return { ...listening, certificates: [tsa.intCertificate, tsa.rootCertificate].map(bytesOf) };
}

function answering(path: string, fn: HandlerFn): RequestListener {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const missing = { statusCode: 404, response: '', contentType: 'text/plain' };
    const { statusCode, contentType, response: answered } = request.url === path ? await fn(body) : missing;
    response.writeHead(statusCode, { 'Content-Type': contentType ?? 'text/plain' }).end(answered);
  };
  return (request, response) => void answer(request, response);
}

/** The mock's certificates are whole buffers: @peculiar/x509 gives no view of a part. */
function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer as ArrayBuffer);
}

/** A token that Fulcio's stand-in reads the identity from; nobody checks its signature. */
export function identityToken(email: string): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: 'https://issuer.test', aud: 'sigstore', sub: email, email, email_verified: true };
  return `${part({ alg: 'none' })}.${part(claims)}.${part('signature')}`;
}

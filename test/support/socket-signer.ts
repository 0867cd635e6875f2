import { p256 } from '@noble/curves/nist.js';
import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** Keys of a log that a signer has. */
export interface SignerKeys {
  readonly rekor: KeyObject;
  readonly c2sp: KeyObject;
}

export const newSignerKeys = (): SignerKeys => ({
  rekor: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  c2sp: generateKeyPairSync('ed25519').privateKey,
});

/** Spoils an answer, or leaves it out. */
export type Spoil = (answer: string, request: string) => string | undefined;

/** A signer at a Unix socket, written from docs/signers.md alone, that can be told to be bad. */
export interface SocketSigner extends AsyncDisposable {
  readonly place: string;
  /** Spoils each answer from now on. */
  spoil: Spoil;
  /** Milliseconds before each answer. */
  delayMs: number;
  /** Requests so far, without their numbers. */
  readonly requests: string[];
  /** Most requests that waited for an answer at one time. */
  readonly mostAtOnce: () => number;
}

export async function startSocketSigner(path: string, keys: SignerKeys): Promise<SocketSigner> {
  const sockets = new Set<Socket>();
  let [atOnce, most] = [0, 0];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    socket.write('stele-signer 1\n');
    let first = true;
    const lines = createInterface({ input: socket });
    lines.on('error', () => undefined);
    lines.on('line', (line) => {
      if (!first) take(socket, line);
      else if (line !== 'stele-signer 1') socket.destroy();
      first = false;
    });
  });
  function take(socket: Socket, line: string): void {
    const space = line.indexOf(' ');
    const [number, request] = [line.slice(0, space), line.slice(space + 1)];
    signer.requests.push(request);
    atOnce += 1;
    most = Math.max(most, atOnce);
    setTimeout(() => {
      atOnce -= 1;
      const said = signer.spoil(`${number} ok ${answerTo(request, keys)}`, request);
      if (said !== undefined && !socket.destroyed) socket.write(`${said}\n`);
    }, signer.delayMs);
  }
  const signer: SocketSigner = {
    place: `signer:unix:${path}`,
    spoil: (answer) => answer,
    delayMs: 0,
    requests: [],
    mostAtOnce: () => most,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
  await new Promise<void>((listening) => server.listen(path, listening));
  return signer;
}

/** Base64. */
function answerTo(request: string, { rekor, c2sp }: SignerKeys): string {
  const [verb, type, input = ''] = request.split(' ');
  const key = type === 'ed25519' ? c2sp : rekor;
  if (verb === 'key') return spkiOf(key);
  const bytes = Buffer.from(input, 'base64');
  return (type === 'ed25519' ? sign(undefined, bytes, key) : signDigest(key, bytes)).toString('base64');
}

function spkiOf(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
}

/** DER. node:crypto signs no digest that was made before. */
function signDigest(key: KeyObject, digest: Uint8Array): Buffer {
  const secret = Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url');
  return Buffer.from(p256.sign(digest, secret, { prehash: false, lowS: false, format: 'der' }));
}

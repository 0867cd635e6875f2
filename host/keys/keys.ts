import { type KeyObject, createPrivateKey, createPublicKey, generateKeyPairSync, hash, sign } from 'node:crypto';
import { dirname } from 'node:path';
import { logKey, type VerifierKey } from '../../checkpoint/key.ts';
import type { Signer } from '../../checkpoint/signer.ts';
import { LogRefused } from '../../log/failures.ts';
import { makePrivateFolder } from '../../storage/folders.ts';
import { readIfThere, writeDurably } from '../folder/durable-file.ts';

/** The log's two keys: every v1 client accepts P-256 and nothing else; witnesses and monitors want Ed25519, as our own does. */
export type KeyFace = 'v1' | 'tile' | 'witness';

export interface LogKey {
  /** PEM `PUBLIC KEY` with a final newline. */
  readonly publicKey: string;
  /** SHA-256 of the DER SubjectPublicKeyInfo: 64 hex digits. */
  readonly id: string;
  readonly signer: Signer;
}

/** A key that is forgotten with the process. */
export function generateEphemeralKey(face: KeyFace): LogKey {
  return toLogKey(generate(face));
}

/** @throws LogRefused when the file is missing or holds another kind of key */
export function readKey(face: KeyFace, file: string): LogKey {
  const key = findKey(face, file);
  if (key === undefined)
    throw new LogRefused(`the ${face} key is missing: put ${file} back, the log cannot go on without it`);
  return key;
}

/** Undefined where there is no file. @throws LogRefused when it holds another kind of key */
export function findKey(face: KeyFace, file: string): LogKey | undefined {
  const pem = readIfThere(file);
  return pem === undefined ? undefined : parseKey(face, file, pem);
}

/** A key that is on no disk yet. */
export interface NewKey {
  readonly key: LogKey;
  /** PKCS #8 in PEM. */
  readonly pem: string;
}

export function makeKey(face: KeyFace): NewKey {
  const key = generate(face);
  return { key: toLogKey(key), pem: key.export({ type: 'pkcs8', format: 'pem' }) };
}

/** Writes a new key down, readable by its owner alone. Durable once it returns. */
export function keepKey({ pem }: NewKey, file: string): void {
  makePrivateFolder(dirname(file));
  writeDurably(file, pem);
}

function generate(face: KeyFace): KeyObject {
  const pair = face === 'v1' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
  return pair.privateKey;
}

function parseKey(face: KeyFace, file: string, pem: string): LogKey {
  const key = privateKey(pem);
  const fits =
    face === 'v1' ? key?.asymmetricKeyDetails?.namedCurve === 'prime256v1' : key?.asymmetricKeyType === 'ed25519';
  if (key === undefined || !fits)
    throw wrongKey(face, file, key === undefined ? 'no private key in PEM' : 'another key');
  return toLogKey(key);
}

function wrongKey(face: KeyFace, file: string, held: string): LogRefused {
  const wanted = face === 'v1' ? 'an ECDSA P-256 key' : 'an Ed25519 key';
  return new LogRefused(
    `${file} holds ${held}, and ${wanted} in PEM, without a password, is needed there: put the right file back, or name another with --${face}-key`,
  );
}

function privateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function toLogKey(key: KeyObject): LogKey {
  const publicKey = createPublicKey(key);
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const algorithm = key.asymmetricKeyType === 'ec' ? 'sha256' : undefined;
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
    id: hash('sha256', spki, 'hex'),
    signer: { publicKey: spki, sign: (messages) => signEach(messages, (message) => sign(algorithm, message, key)) },
  };
}

/** The Ed25519 key in a PEM, under the name of its log. */
export function tileKeyOf(name: string, pem: string): VerifierKey {
  return logKey(name, createPublicKey(pem).export({ type: 'spki', format: 'der' }));
}

/** Signatures made in one turn of the event loop: about 1 ms. */
const STRIDE = 32;

async function signEach(
  messages: readonly Uint8Array[],
  signOne: (message: Uint8Array) => Uint8Array,
): Promise<readonly Uint8Array[]> {
  const signatures: Uint8Array[] = [];
  for (const message of messages) {
    signatures.push(signOne(message));
    if (signatures.length % STRIDE === 0) await new Promise((resume) => setImmediate(resume));
  }
  return signatures;
}

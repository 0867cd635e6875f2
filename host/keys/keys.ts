import { type KeyObject, createPrivateKey, createPublicKey, generateKeyPairSync, hash, sign } from 'node:crypto';
import { dirname } from 'node:path';
import { systemCode } from '../../base/system-error.ts';
import { logKey, type VerifierKey } from '../../checkpoint/key.ts';
import type { Signer } from '../../checkpoint/signer.ts';
import { LogRefused } from '../../log/failures.ts';
import { makePrivateFolder } from '../../storage/folders.ts';
import { createDurably, readIfThere, writeDurably } from '../folder/durable-file.ts';

/**
 * `rekor`: ECDSA P-256, the only key that every client of Rekor v1 takes; it signs for that API. `c2sp`: Ed25519, the key
 * that witnesses and monitors take; it signs the checkpoints of C2SP and Rekor v2. `witness`: Ed25519, cosigns for others.
 */
export type KeyRole = 'rekor' | 'c2sp' | 'witness';

export interface LogKey {
  /** PEM `PUBLIC KEY` with a final newline. */
  readonly publicKey: string;
  /** SHA-256 of the DER SubjectPublicKeyInfo: 64 hex digits. */
  readonly id: string;
  readonly signer: Signer;
}

/** A key that is forgotten with the process. */
export function generateEphemeralKey(role: KeyRole): LogKey {
  return toLogKey(generate(role));
}

/**
 * Reads the key of a role. One that is encrypted (PKCS #8) needs the file with its passphrase.
 *
 * @throws LogRefused when the file is missing, holds another kind of key, or cannot be decrypted
 */
export function readKey(role: KeyRole, file: string, passphrase?: string): LogKey {
  const key = findKey(role, file, passphrase);
  if (key === undefined)
    throw new LogRefused(`the ${role} key is missing: put ${file} back, the log cannot go on without it`);
  return key;
}

/** Undefined where there is no file. @throws LogRefused when it holds another kind of key, or cannot be decrypted */
export function findKey(role: KeyRole, file: string, passphrase?: string): LogKey | undefined {
  const pem = readIfThere(file);
  if (pem === undefined) return undefined;
  return isEncrypted(pem) ? decryptKey(role, file, pem, passphrase) : parseKey(role, file, pem);
}

/** A key that is on no disk yet. */
export interface NewKey {
  readonly key: LogKey;
  /** PKCS #8 in PEM. */
  readonly pem: string;
}

/** @param passphrase - file with the passphrase that the key is encrypted with; it is not where there is none */
export function makeKey(role: KeyRole, passphrase?: string): NewKey {
  const key = generate(role);
  const secret = passphrase === undefined ? undefined : { cipher: CIPHER, passphrase: readPassphrase(passphrase) };
  return { key: toLogKey(key), pem: key.export({ type: 'pkcs8', format: 'pem', ...secret }) };
}

/** Writes a new key down, readable by its owner alone. Durable once it returns. */
export function keepKey({ pem }: NewKey, file: string): void {
  makePrivateFolder(dirname(file));
  writeDurably(file, pem);
}

/** As `keepKey`, but never over a file. @throws LogRefused where there is one */
export function keepFreshKey({ pem }: NewKey, file: string): void {
  makePrivateFolder(dirname(file));
  try {
    createDurably(file, pem);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    throw new LogRefused(`${file} is there already, and a key is never written over: name another file`);
  }
}

function generate(role: KeyRole): KeyObject {
  const pair = role === 'rekor' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
  return pair.privateKey;
}

/** PBES2 (RFC 8018) with AES-256. */
const CIPHER = 'aes-256-cbc';

const isEncrypted = (pem: string): boolean =>
  pem.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----') || pem.includes('Proc-Type: 4,ENCRYPTED');

/** @throws LogRefused */
function decryptKey(role: KeyRole, file: string, pem: string, passphrase: string | undefined): LogKey {
  if (passphrase === undefined)
    throw new LogRefused(`${file} is encrypted: name the file with its passphrase with --key-passphrase`);
  const key = privateKey(pem, readPassphrase(passphrase));
  if (key === undefined)
    throw new LogRefused(`${file} cannot be decrypted with the passphrase in ${passphrase}: put the right one there`);
  return parseKey(role, file, key.export({ type: 'pkcs8', format: 'pem' }));
}

/** Reads a passphrase, which is the first line of its file. @throws LogRefused */
function readPassphrase(file: string): string {
  const [line = ''] = (readIfThere(file) ?? '').split(/\r?\n/, 1);
  if (line === '') throw new LogRefused(`${file} has no passphrase in its first line, and --key-passphrase names it`);
  return line;
}

function parseKey(role: KeyRole, file: string, pem: string): LogKey {
  const key = privateKey(pem);
  const fits =
    role === 'rekor' ? key?.asymmetricKeyDetails?.namedCurve === 'prime256v1' : key?.asymmetricKeyType === 'ed25519';
  if (key === undefined || !fits)
    throw wrongKey(role, file, key === undefined ? 'no private key in PEM' : 'another key');
  return toLogKey(key);
}

function wrongKey(role: KeyRole, file: string, held: string): LogRefused {
  const wanted = role === 'rekor' ? 'an ECDSA P-256 key' : 'an Ed25519 key';
  return new LogRefused(
    `${file} holds ${held}, and ${wanted} in PEM is needed there: put the right file back, or name another with --${role}-key`,
  );
}

function privateKey(pem: string, passphrase?: string): KeyObject | undefined {
  try {
    return createPrivateKey({ key: pem, ...(passphrase !== undefined && { passphrase }) });
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
export function c2spKeyOf(name: string, pem: string): VerifierKey {
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

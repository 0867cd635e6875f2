import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { systemReason } from '../base/system-error.ts';
import { ListenRefused } from './bind.ts';

export interface TlsFiles {
  /** PEM files: a certificate chain, the server's own first, and its key. Both or none. */
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
}

/** PEM texts that fit together. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

/** Reads the certificate chain and its key. Undefined where no TLS is set. @throws ListenRefused naming the file at fault */
export function readTls({ tlsCert, tlsKey }: TlsFiles): TlsIdentity | undefined {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  const cert = readPem('tls-cert', tlsCert);
  const key = readPem('tls-key', tlsKey);
  const certificate = certificateIn(cert, tlsCert);
  if (!certificate.checkPrivateKey(keyIn(key, tlsKey)))
    throw new ListenRefused(
      `tls-key ${tlsKey} is not the key of the first certificate in tls-cert ${tlsCert}: give the two that belong together`,
    );
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw new ListenRefused(`tls-cert ${tlsCert} and tls-key ${tlsKey} cannot be used: ${words(error)}`);
  }
  return { cert, key };
}

function readPem(setting: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ListenRefused(`${setting} ${file} cannot be read: ${words(error)}`);
  }
}

function certificateIn(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new ListenRefused(`tls-cert ${file} is no certificate in PEM: its first block must be BEGIN CERTIFICATE`);
  }
}

function keyIn(pem: string, file: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new ListenRefused(`tls-key ${file} is no private key in PEM that can be read without a password`);
  }
}

const words = (error: unknown): string => (error instanceof Error ? systemReason(error) : String(error));

import { createPublicKey, hash, type KeyObject, X509Certificate } from 'node:crypto';
import type { Period } from '../../trust/period.ts';
import type { Authorities, CertificateAuthority, CtLog } from '../../trust/trusted-root.ts';
import { UsageFault } from '../frame/exit-codes.ts';
import type { Values } from '../frame/options.ts';
import { readPemBlocks, readUrl } from './input.ts';
import type { TRUST_CONFIG_OPTIONS } from './options.ts';

type AuthorityOptions = Pick<
  Values<typeof TRUST_CONFIG_OPTIONS>,
  'fulcio' | 'ctlog' | 'tsa' | 'fulcio-url' | 'tsa-url'
>;

/** Returns the authorities whose files the command line names. @param start - of keys that have no dates @throws UsageFault */
export function readAuthorities(options: AuthorityOptions, start: number): Authorities {
  const [fulcioUrl, tsaUrl] = [readUrl('fulcio-url', options['fulcio-url']), readUrl('tsa-url', options['tsa-url'])];
  return {
    certificateAuthorities: options.fulcio.map((file) => readChain('fulcio', file, fulcioUrl)),
    ctLogs: options.ctlog.map((file) => readCtLog(file, { start })),
    timestampAuthorities: options.tsa.map((file) => readChain('tsa', file, tsaUrl)),
  };
}

/** @throws UsageFault unless each certificate is issued by the next, and the last by itself */
function readChain(option: string, file: string, url = ''): CertificateAuthority {
  const chain = readPemBlocks(option, file).map((pem) => readCertificate(option, file, pem));
  for (const [i, certificate] of chain.entries()) {
    const issuer = chain[i + 1] ?? certificate;
    if (certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)) continue;
    const what = i + 1 === chain.length ? 'no root: it is not issued by itself' : `not issued by number ${i + 2}`;
    throw new UsageFault(
      `--${option} ${file}: certificate ${i + 1} is ${what}. The order is the issuing one first, the root last`,
    );
  }
  const subject = nameOf(chain.at(-1) as X509Certificate);
  return { url, ...subject, certificates: chain.map(({ raw }) => Uint8Array.from(raw)), validFor: periodOf(chain) };
}

function readCertificate(option: string, file: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new UsageFault(`--${option} ${file}: there is a block in it that is no certificate`);
  }
}

function nameOf({ subject }: X509Certificate): { readonly organization: string; readonly commonName: string } {
  const part = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(subject)?.[1] ?? '';
  return { organization: part('O'), commonName: part('CN') };
}

/** Time in which all certificates of a chain are valid. */
function periodOf(chain: readonly X509Certificate[]): Period {
  const seconds = (text: string): number => Date.parse(text) / 1000;
  return {
    start: Math.max(...chain.map(({ validFrom }) => seconds(validFrom))),
    end: Math.min(...chain.map(({ validTo }) => seconds(validTo))),
  };
}

function readCtLog(file: string, validFor: Period): CtLog {
  const [pem = ''] = readPemBlocks('ctlog', file);
  const key = readKey(file, pem);
  const spki = key.export({ type: 'spki', format: 'der' });
  const details = keyDetails(key);
  if (details === undefined)
    throw new UsageFault(`--ctlog ${file}: such logs sign with ECDSA, RSA or Ed25519, and this is another key`);
  return { url: '', publicKey: { spki, details, validFor }, logId: hash('sha256', spki, 'buffer') };
}

function readKey(file: string, pem: string): KeyObject {
  try {
    if (pem.startsWith('-----BEGIN PUBLIC KEY-----')) return createPublicKey(pem);
  } catch {
    // Told below, as any other block.
  }
  throw new UsageFault(`--ctlog ${file}: it is no PUBLIC KEY in PEM`);
}

const CURVE_DETAILS: Readonly<Record<string, string>> = {
  prime256v1: 'PKIX_ECDSA_P256_SHA_256',
  secp384r1: 'PKIX_ECDSA_P384_SHA_384',
  secp521r1: 'PKIX_ECDSA_P521_SHA_512',
};
const RSA_DETAILS: Readonly<Record<number, string>> = {
  2048: 'PKIX_RSA_PKCS1V15_2048_SHA256',
  3072: 'PKIX_RSA_PKCS1V15_3072_SHA256',
  4096: 'PKIX_RSA_PKCS1V15_4096_SHA256',
};

/** Name in dev.sigstore.common.v1.PublicKeyDetails; undefined for keys that have none. */
function keyDetails({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | undefined {
  if (asymmetricKeyType === 'ed25519') return 'PKIX_ED25519';
  if (asymmetricKeyType === 'rsa') return RSA_DETAILS[asymmetricKeyDetails?.modulusLength ?? 0];
  return CURVE_DETAILS[asymmetricKeyDetails?.namedCurve ?? ''];
}

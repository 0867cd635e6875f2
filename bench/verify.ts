import { type KeyObject, generateKeyPairSync, hash, randomBytes, sign, verify } from 'node:crypto';
import { ed25519ph } from '@noble/curves/ed25519.js';
import { readKeyMaterial } from '../entries/pki/x509.ts';
import { checkClaims } from '../entries/signatures/check.ts';
import type { SignatureClaim } from '../entries/signatures/claim.ts';
import { chooseVerifier } from '../entries/signatures/verifiers/choose.ts';
import { type Work, cpuEach } from './cpu.ts';

/** Cost of one signature check: microseconds of processor time, and how many of Node's own that is. */
export interface CheckRow {
  readonly bench: string;
  /** `crypto.verify` of the same kind of signature, over a message, with a key that was imported before. */
  readonly cryptoVerify: number;
  readonly openssl: number;
  readonly opensslTimes: number;
  readonly node: number;
  readonly nodeTimes: number;
}

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

interface KeyKind {
  readonly name: string;
  readonly over: SignatureClaim['signed']['over'];
  readonly algorithm: 'sha256' | 'sha512';
  make(): Pair;
}

const ec = (namedCurve: string) => () => generateKeyPairSync('ec', { namedCurve });
const rsa = (modulusLength: number) => () => generateKeyPairSync('rsa', { modulusLength });
const ed25519 = () => generateKeyPairSync('ed25519');

const KINDS: readonly KeyKind[] = [
  { name: 'P-256', over: 'digest', algorithm: 'sha256', make: ec('P-256') },
  { name: 'P-256 over a message', over: 'message', algorithm: 'sha256', make: ec('P-256') },
  { name: 'P-224', over: 'digest', algorithm: 'sha256', make: ec('P-224') },
  { name: 'P-384', over: 'digest', algorithm: 'sha256', make: ec('P-384') },
  { name: 'P-521', over: 'digest', algorithm: 'sha512', make: ec('P-521') },
  { name: 'RSA 2048', over: 'digest', algorithm: 'sha256', make: rsa(2048) },
  { name: 'RSA 4096', over: 'digest', algorithm: 'sha256', make: rsa(4096) },
  { name: 'Ed25519 over a message', over: 'message', algorithm: 'sha512', make: ed25519 },
  { name: 'Ed25519ph', over: 'digest', algorithm: 'sha512', make: ed25519 },
];

const BATCH = 24; // as many as an admission thread has at once

interface Signed {
  readonly claim: SignatureClaim;
  /** The same key over the same message, as Node checks it. */
  readonly plain: () => boolean;
}

function signedWith({ over, algorithm, make }: KeyKind): Signed {
  const { privateKey, publicKey } = make();
  const { key } = readKeyMaterial(Buffer.from(publicKey.export({ type: 'spki', format: 'pem' })));
  const message = randomBytes(64);
  const hashed = publicKey.asymmetricKeyType === 'ed25519' ? undefined : algorithm;
  const own = sign(hashed, message, privateKey);
  const plain = () => verify(hashed, message, publicKey, own);
  if (over === 'message') return { plain, claim: { key, signature: own, signed: { over, message } } };
  const { d = '' } = hashed === undefined ? privateKey.export({ format: 'jwk' }) : {};
  const signature = hashed === undefined ? ed25519ph.sign(message, Buffer.from(d, 'base64url')) : own;
  return { plain, claim: { key, signature, signed: { over, algorithm, digest: hash(algorithm, message, 'buffer') } } };
}

/** A row for each kind of key: every check is made with a key of its own, 24 of them together. */
export async function verifyRows(): Promise<readonly CheckRow[]> {
  const verifiers = [chooseVerifier('openssl'), chooseVerifier('node')];
  const rows: CheckRow[] = [];
  for (const kind of KINDS) {
    const signed = Array.from({ length: BATCH }, () => signedWith(kind));
    const claims = signed.map(({ claim }) => claim);
    const plain: Work = { count: BATCH, run: () => must(signed.every((one) => one.plain())) };
    const ours = verifiers.map((verifier): Work => ({
      count: BATCH,
      run: () => must(checkClaims(claims, verifier).every(({ verdict }) => verdict.holds)),
    }));
    const [cryptoVerify = 0, openssl = 0, node = 0] = await cpuEach([plain, ...ours].map(longer));
    rows.push({
      bench: `verify ${kind.name}`,
      cryptoVerify,
      openssl,
      opensslTimes: openssl / cryptoVerify,
      node,
      nodeTimes: node / cryptoVerify,
    });
  }
  return rows;
}

/** Often enough that a clock of processor time, which may tick every few milliseconds, has something to count. */
function longer({ count, run }: Work): Work {
  const start = performance.now();
  run();
  const times = Math.ceil(60 / (performance.now() - start + 0.1));
  return {
    count: count * times,
    run: () => {
      for (let i = 0; i < times; i += 1) run();
    },
  };
}

function must(held: boolean): void {
  if (!held) throw new Error('a signature of our own does not hold');
}

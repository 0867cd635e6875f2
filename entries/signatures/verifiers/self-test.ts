import { hexToBytes } from '@noble/hashes/utils.js';
import { equalBytes } from '../../../base/bytes.ts';
import { type Curve } from '../claim.ts';
import { CURVES } from '../curves.ts';
import { toFixedBytes, toInteger } from '../integers.ts';
import { digestOf } from '../node-crypto.ts';
import { type DigestCheck, type DigestVerifier, type RsaKey } from '../verifier.ts';

/*
 * Cases that a verifier has to get right before it is used: signatures of the standards, and the same with one thing
 * wrong. It is asked when a thread starts, because it may find another OpenSSL than the one that it was written for.
 */

/** RFC 6979 A.2.4 to A.2.7: the public key and, over "sample", `r‖s` with SHA-256 and with SHA-512. In hex. */
const SAMPLES: Readonly<Record<Curve, { readonly key: string; readonly sha256: string; readonly sha512: string }>> = {
  'P-224': {
    key: '00cf08da5ad719e42707fa431292dea11244d64fc51610d94b130d6ceeab6f3debe455e3dbf85416f7030cbd94f34f2d6f232c69f3c1385a',
    sha256:
      '61aa3da010e8e8406c656bc477a7a7189895e7e840cdfe8ff42307babc814050dab5d23770879494f9e0a680dc1af7161991bde692b10101',
    sha512:
      '074bd1d979d5f32bf958ddc61e4fb4872adcafeb2256497cdac30397a4ceca196c3d5a1ff31027b33185dc8ee43f288b21ab342e5d8eb084',
  },
  'P-256': {
    key: '60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299',
    sha256:
      'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
    sha512:
      '8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f002362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe',
  },
  'P-384': {
    key: 'ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc138015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720',
    sha256:
      '21b13d1e013c7fa1392d03c5f99af8b30c570c6f98d4ea8e354b63a21d3daa33bde1e888e63355d92fa2b3c36d8fb2cdf3aa443fb107745bf4bd77cb3891674632068a10ca67e3d45db2266fa7d1feebefdc63eccd1ac42ec0cb8668a4fa0ab0',
    sha512:
      'ed0959d5880ab2d869ae7f6c2915c6d60f96507f9cb3e047c0046861da4a799cfe30f35cc900056d7c99cd7882433709512c8cceee3890a84058ce1e22dbc2198f42323ce8aca9135329f03c068e5112dc7cc3ef3446defceb01a45c2667fdd5',
  },
  'P-521': {
    key: '01894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd371123d46e45db6b5d5370a7f20fb633155d38ffa16d2bd761dcac474b9a2f5023a400493101c962cd4d2fddf782285e64584139c2f91b47f87ff82354d6630f746a28a0db25741b5b34a828008b22acc23f924faafbd4d33f81ea66956dfeaa2bfdfcf5',
    sha256:
      '01511bb4d675114fe266fc4372b87682baecc01d3cc62cf2303c92b3526012659d16876e25c7c1e57648f23b73564d67f61c6f14d527d54972810421e7d87589e1a7004a171143a83163d6df460aaf61522695f207a58b95c0644d87e52aa1a347916e4f7a72930b1bc06dbe22ce3f58264afd23704cbb63b29b931f7de6c9d949a7ecfc',
    sha512:
      '00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05ec36e377fa00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a',
  },
};

const MESSAGE = new TextEncoder().encode('sample');

/** @throws Error that names the first answer that is wrong */
export function selfTest(verifier: DigestVerifier): void {
  for (const curve of Object.keys(SAMPLES) as Curve[]) testCurve(verifier, curve);
  testEd25519ph(verifier);
  testRsa(verifier);
}

function expectAnswer(what: string, isRight: boolean): void {
  if (!isRight) throw new Error(`a wrong answer in the self-test: ${what}`);
}

function testCurve(verifier: DigestVerifier, curve: Curve): void {
  const { good, bad } = casesOf(curve);
  const cases = Object.entries({ ...good, ...bad });
  const answers = verifier.verifyDigests(
    curve,
    cases.map(([, check]) => check),
  );
  for (const [i, [name]] of cases.entries()) expectAnswer(`${curve}, ${name}`, answers[i] === name in good);
}

type Cases = Readonly<Record<string, DigestCheck>>;

function casesOf(curve: Curve): { readonly good: Cases; readonly bad: Cases } {
  const { n, p, length } = CURVES[curve];
  const bytes = (number: bigint): Uint8Array => toFixedBytes(number, length);
  const sample = checkOf(curve, 'sha256');
  const { point, r, s, digest } = sample;
  const [x, y] = [toInteger(point.subarray(1, 1 + length)), toInteger(point.subarray(1 + length))];
  const nothing = bytes(0n);
  const good = {
    'SHA-256': sample,
    'SHA-512': checkOf(curve, 'sha512'),
    'the other s': { ...sample, s: bytes(n - toInteger(s)) },
    // With e = 0 and s = r, R is the key itself.
    'a digest of zeros': { point, r: bytes(x % n), s: bytes(x % n), digest: digest.map(() => 0) },
  };
  const bad = {
    'another digest': { ...sample, digest: flipped(digest) },
    'another r': { ...sample, r: flipped(r) },
    'another s': { ...sample, s: flipped(s) },
    'r and s exchanged': { ...sample, r: s, s: r },
    'the negative key': { ...sample, point: Uint8Array.of(4, ...bytes(x), ...bytes(p - y)) },
    'a key off the curve': { ...sample, point: flipped(point) },
    'r = 0': { ...sample, r: nothing },
    's = 0': { ...sample, s: nothing },
    'r = n': { ...sample, r: bytes(n) },
    's + n': { ...sample, s: toFixedBytes(toInteger(s) + n, length + 1) },
  };
  return { good, bad };
}

function checkOf(curve: Curve, algorithm: 'sha256' | 'sha512'): DigestCheck {
  const { length } = CURVES[curve];
  const signature = hexToBytes(SAMPLES[curve][algorithm]);
  return {
    point: hexToBytes(`04${SAMPLES[curve].key}`),
    r: signature.subarray(0, length),
    s: signature.subarray(length),
    digest: digestOf(algorithm, MESSAGE),
  };
}

/** With another bit in the middle: no digest is cut before it. */
function flipped(bytes: Uint8Array): Uint8Array {
  const middle = Math.floor(bytes.length / 2);
  return bytes.map((byte, i) => (i === middle ? byte ^ 1 : byte));
}

/** RFC 8032 §7.3. */
const ED25519PH = {
  key: hexToBytes('ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf'),
  message: new TextEncoder().encode('abc'),
  signature: hexToBytes(
    '98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae4131f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406',
  ),
};

function testEd25519ph(verifier: DigestVerifier): void {
  const { key, message, signature } = ED25519PH;
  const digest = digestOf('sha512', message);
  expectAnswer('Ed25519ph', verifier.ed25519phHolds(key, digest, signature) === true);
  for (const [d, s] of [
    [flipped(digest), signature],
    [digest, flipped(signature)],
  ] as const)
    expectAnswer('Ed25519ph, changed', verifier.ed25519phHolds(key, d, s) === false);
}

function testRsa(verifier: DigestVerifier): void {
  const modulus = new Uint8Array(256).fill(0xa5);
  const exponent = Uint8Array.of(1, 0, 1);
  const key: RsaKey = { type: 'rsa', modulus, exponent, spki: new Uint8Array() };
  const base = new Uint8Array(256).fill(0x5a);
  const power = verifier.rsaEncodedMessage(key, base) ?? new Uint8Array();
  expectAnswer('RSA', equalBytes(power, toFixedBytes(fermatPower(toInteger(base), toInteger(modulus)), 256)));
  expectAnswer('RSA, not below the modulus', verifier.rsaEncodedMessage(key, modulus) === undefined);
}

/** `base^65537 mod modulus`. */
function fermatPower(base: bigint, modulus: bigint): bigint {
  let power = base;
  for (let i = 0; i < 16; i += 1) power = (power * power) % modulus;
  return (power * base) % modulus;
}

import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../base/bytes.ts';
import { type Curve } from '../../../../entries/signatures/claim.ts';
import { CURVES } from '../../../../entries/signatures/curves.ts';
import { type DigestCheck, MAX_DIGEST, type RsaKey } from '../../../../entries/signatures/verifier.ts';
import { nodeVerifier } from '../../../../entries/signatures/verifiers/node.ts';
import { openOpenSsl } from '../../../../entries/signatures/verifiers/node-ffi.ts';
import { opensslVerifier } from '../../../../entries/signatures/verifiers/openssl.ts';
import { hasFfi } from '../every-verifier.ts';
import { casesOf } from './cases.ts';
import { CHOOSE, run } from './run.ts';

const CURVE_NAMES = Object.keys(CURVES) as Curve[];
const checksOf = (curve: Curve, count: number): DigestCheck[] =>
  casesOf(curve, 11)
    .take(count)
    .map(({ check }) => check)
    .toArray();

const bytes = (length: number, value = 0x5a): Uint8Array => new Uint8Array(length).fill(value);

function rsaKey(modulus: Uint8Array, exponent = Uint8Array.of(1, 0, 1)): RsaKey {
  return { type: 'rsa', modulus, exponent, spki: new Uint8Array() };
}

/** Returns node:crypto's messages about wrong input, with all that OpenSSL has in its queue. */
function complaints(): readonly string[] {
  const attempts = [
    () => createPublicKey('nonsense'),
    () => createPublicKey({ key: Buffer.alloc(9), format: 'der', type: 'spki' }),
    () => generateKeyPairSync('rsa', { modulusLength: 100 }),
  ];
  return attempts.map((each) => JSON.stringify(attempt(each, ({ message, ...rest }) => ({ message, ...rest }))));
}

/** Returns the result of `work`, or `told` of its error. */
function attempt(work: () => unknown, told: (error: Error) => unknown = ({ name }) => name): unknown {
  try {
    return work();
  } catch (error) {
    return told(error as Error);
  }
}

describe.runIf(hasFfi)('OpenSSL through node:ffi', () => {
  it('leaves nothing behind that another error would speak of', () => {
    const openssl = opensslVerifier(openOpenSsl());
    const before = complaints();
    for (const curve of CURVE_NAMES) openssl.verifyDigests(curve, checksOf(curve, 26));
    const [good] = checksOf('P-256', 1);
    if (good === undefined) throw new Error('there is no case');
    for (let i = 0; i < 1000; i += 1) {
      openssl.verifyDigests('P-256', [
        { ...good, r: bytes(1, 0) },
        { ...good, point: bytes(65, 4) },
      ]);
      openssl.ed25519phHolds(bytes(32, 2), bytes(64), bytes(64, 0xff));
      openssl.rsaEncodedMessage(rsaKey(bytes(128, 0x81)), bytes(128, 0xff));
    }
    expect(complaints()).toStrictEqual(before);
    expect(before.filter((text) => text.includes('routines::'))).toHaveLength(3);
  });

  it('reads nothing that is too long, and takes nothing that is odd', () => {
    const openssl = openOpenSsl();
    const [{ point, digest } = { point: bytes(0), digest: bytes(0) }] = checksOf('P-256', 1);
    for (let length = 0; length <= 200; length += 1) {
      for (const curve of CURVE_NAMES)
        expect(openssl.ecdsaHolds(curve, bytes(length, 4), digest, bytes(8))).toBe(false);
      expect(attempt(() => openssl.ecdsaHolds('P-256', point, bytes(length), bytes(8, 0x30)))).toBe(
        length <= MAX_DIGEST ? false : 'RangeError',
      );
      expect(attempt(() => openssl.ecdsaHolds('P-256', point, digest, bytes(length, 0x30)))).toBe(
        length <= 144 ? false : 'RangeError',
      );
      expect(openssl.ed25519phHolds(bytes(length), bytes(64), bytes(64))).toBe(false);
      expect(openssl.ed25519phHolds(bytes(32), bytes(length), bytes(64))).toBe(false);
      expect(openssl.ed25519phHolds(bytes(32), bytes(64), bytes(length))).toBe(false);
      expect(openssl.power(bytes(length), bytes(3), bytes(201))).toBeUndefined();
    }
    for (const marker of [0, 1, 2, 3, 5, 6, 7, 0xff])
      expect(openssl.ecdsaHolds('P-256', point.with(0, marker), digest, bytes(8))).toBe(false);
    for (const modulus of [
      bytes(0),
      bytes(1, 0),
      bytes(256, 0),
      bytes(256, 0x80),
      bytes(2049, 0xff),
      bytes(3000, 0xff),
    ])
      expect(openssl.power(bytes(modulus.length), bytes(3), modulus)).toBeUndefined();
    expect(openssl.power(bytes(256), bytes(9), bytes(256, 0xff))).toBeUndefined();
  });

  it.each([64, 128, 129, 256, 384, 385, 512, 1024, 2048])(
    'RSA with a modulus of %d bytes, as node:crypto has it',
    (length) => {
      const openssl = opensslVerifier(openOpenSsl());
      const modulus = bytes(length, 0xa7);
      for (const exponent of [Uint8Array.of(3), Uint8Array.of(1, 0, 1), Uint8Array.of(0x7f, 0xff, 0xff, 0xff)])
        for (const base of [bytes(length), bytes(length, 0), bytes(length, 0xa6), modulus, bytes(length, 0xff)]) {
          const key = rsaKey(modulus, exponent);
          const power = openssl.rsaEncodedMessage(key, base);
          expect(power?.length).toBe(base[0] === 0xff || base === modulus ? undefined : length);
          expect(power && Buffer.from(power)).toStrictEqual(nodeVerifier.rsaEncodedMessage(key, base));
        }
    },
  );

  it('does so on several threads at once', async () => {
    const work = CURVE_NAMES.map((curve) => {
      const checks = checksOf(curve, 26);
      return { curve, checks, answers: nodeVerifier.verifyDigests(curve, checks) };
    });
    const inside = `
      const { parentPort, workerData } = require('node:worker_threads');
      import('${CHOOSE}').then(({ chooseVerifier }) => {
        const verifier = chooseVerifier('openssl');
        const wrong = workerData.filter(({ curve, checks, answers }) =>
          String(verifier.verifyDigests(curve, checks)) !== String(answers));
        parentPort.postMessage([verifier.name, wrong.length]);
      });`;
    const threads = Array.from({ length: 4 }, () => new Worker(inside, { eval: true, workerData: [...work, ...work] }));
    const openssl = opensslVerifier(openOpenSsl());
    for (const { curve, checks, answers } of work) expect(openssl.verifyDigests(curve, checks)).toStrictEqual(answers);
    const said = await Promise.all(
      threads.map((thread) => new Promise((settle, fail) => thread.once('message', settle).once('error', fail))),
    );
    expect(said).toStrictEqual(threads.map(() => ['openssl', 0]));
  });

  it('holds no more memory after 200,000 checks than before', () => {
    const [good] = checksOf('P-256', 1);
    const check = Object.entries(good ?? {}).map(
      ([name, value]: [string, Uint8Array]) => `${name}: Uint8Array.fromHex('${toHex(value)}')`,
    );
    const script = `
      const { verifyDigests, ed25519phHolds, rsaEncodedMessage } = chooseVerifier('openssl');
      const good = { ${check.join(', ')} };
      const bytes = (length, value) => new Uint8Array(length).fill(value);
      const bad = [{ ...good, s: bytes(32, 0xff) }, { ...good, point: bytes(65, 4) }, { ...good, r: bytes(1, 0) }];
      const key = { type: 'rsa', modulus: bytes(128, 0xa7), exponent: bytes(1, 3) };
      const round = (count) => {
        for (let i = 0; i < count; i += 1) {
          if (i % 20 === 0 && !verifyDigests('P-256', [good])[0]) throw new Error('it held before');
          verifyDigests('P-256', bad);
          ed25519phHolds(bytes(32, 2), bytes(64, 1), bytes(64, 0xff));
          rsaEncodedMessage(key, bytes(128, i % 10 === 0 ? 0x5a : 0xff));
        }
        gc();
        return process.memoryUsage().rss / 2 ** 20;
      };
      const before = round(4000);
      console.log(Math.round(round(40_000) - before));`;
    const { stdout, stderr } = run(script, '--expose-gc');
    expect(stderr).toBe('');
    expect(Number(stdout)).toBeLessThan(8); // MiB: it is one or two, and 14 where a key is not freed
  });
});

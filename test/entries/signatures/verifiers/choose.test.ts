import { describe, expect, it } from 'vitest';
import { type DigestVerifier } from '../../../../entries/signatures/verifier.ts';
import { chooseVerifier } from '../../../../entries/signatures/verifiers/choose.ts';
import { nodeVerifier } from '../../../../entries/signatures/verifiers/node.ts';
import { selfTest } from '../../../../entries/signatures/verifiers/self-test.ts';
import { hasFfi, verifiers } from '../every-verifier.ts';
import { CHOOSE, run } from './run.ts';

const ON_A_THREAD = `
  import { Worker } from 'node:worker_threads';
  const inside = "import('${CHOOSE}').then(({ chooseVerifier }) => console.log(chooseVerifier('auto').name))";
  console.log(chooseVerifier('auto').name);
  new Worker(inside, { eval: true });
`;

describe('choosing a verifier', () => {
  it('takes what it is told to', () => {
    expect(chooseVerifier('node')).toBe(nodeVerifier);
  });

  it.runIf(hasFfi)('takes OpenSSL where there is node:ffi, on every thread, and says nothing of experiments', () => {
    expect(chooseVerifier('auto').name).toBe('openssl');
    expect(run(ON_A_THREAD)).toStrictEqual({ stdout: 'openssl\nopenssl', stderr: '', status: 0 });
  });

  it.runIf(hasFfi)('hides no other warning', () => {
    const script = `
      chooseVerifier('auto');
      process.emitWarning('another', 'ExperimentalWarning');
      process.emitWarning('FFI is an experimental feature, said by somebody else', 'ExperimentalWarning');`;
    const { stderr } = run(script);
    expect(stderr).toContain('ExperimentalWarning: another');
    expect(stderr).toContain('said by somebody else');
  });

  it.runIf(hasFfi)('does without where node:ffi is switched off', () => {
    expect(run(ON_A_THREAD, '--no-experimental-ffi')).toStrictEqual({ stdout: 'node\nnode', stderr: '', status: 0 });
  });

  it.runIf(hasFfi)('says why there is none, if there has to be one', () => {
    const script = "try { chooseVerifier('openssl') } catch (error) { console.log(error.message) }";
    expect(run(script, '--no-experimental-ffi').stdout).toBe('this Node has no node:ffi');
    expect(run(script, '--permission', '--allow-fs-read=*').stdout).toContain('--allow-ffi');
    const elsewhere = `Object.defineProperty(process, 'arch', { value: 'arm' }); ${script}`;
    expect(run(elsewhere).stdout).toBe('calling OpenSSL is not prepared for arm');
    const later = `Object.defineProperty(process, 'versions', { value: { openssl: '4.0.1' } }); ${script}`;
    expect(run(later).stdout).toBe('calling OpenSSL is prepared for OpenSSL 3, and here is 4.0.1');
  });
});

/** One that knows everything. */
const sound: DigestVerifier = { ...nodeVerifier, ...verifiers.find(({ name }) => name === 'openssl') };

const LIES: readonly (readonly [string, Partial<DigestVerifier>])[] = [
  ['yes to everything', { verifyDigests: (_curve, checks) => checks.map(() => true) }],
  ['no to everything', { verifyDigests: (_curve, checks) => checks.map(() => false) }],
  ['nothing at all', { verifyDigests: () => [] }],
  [
    'of P-521, what is true of the first half of its digest',
    {
      verifyDigests: (curve, checks) =>
        nodeVerifier.verifyDigests(
          curve,
          checks.map((check) => ({
            ...check,
            digest: curve === 'P-521' ? check.digest.subarray(0, 32) : check.digest,
          })),
        ),
    },
  ],
  [
    'of long digests, what is true of their last bytes',
    {
      verifyDigests: (curve, checks) =>
        nodeVerifier.verifyDigests(
          curve,
          checks.map((check) => ({ ...check, digest: check.digest.subarray(-28) })),
        ),
    },
  ],
  ['yes to Ed25519ph', { ed25519phHolds: () => true }],
  ['no to Ed25519ph', { ed25519phHolds: () => false }],
  ['the RSA base for its power', { rsaEncodedMessage: (_key, signature) => signature }],
  ['nothing about RSA', { rsaEncodedMessage: () => undefined }],
];

describe('the self-test', () => {
  it.runIf(hasFfi)('passes what is sound', () => {
    expect(() => selfTest(sound)).not.toThrow();
  });

  it.each(LIES)('finds out one that says %s', (_what, lie) => {
    expect(() => selfTest({ ...sound, ...lie })).toThrow('a wrong answer in the self-test: ');
  });

  it('finds out one that is wrong about a single check, whichever it is', () => {
    const sizes: number[] = [];
    const wrongAt = (place: number) => ({ ...sound, verifyDigests: wrong(place, sizes) });
    for (let at = 0; at === 0 || at < (sizes[0] ?? 0); at += 1) expect(() => selfTest(wrongAt(at))).toThrow('P-224, ');
    expect(sizes).toHaveLength(14);
  });
});

/** The sound answers, but for one. */
function wrong(place: number, sizes: number[]): DigestVerifier['verifyDigests'] {
  return (curve, checks) => {
    sizes.push(checks.length);
    return sound.verifyDigests(curve, checks).map((answer, i) => answer !== (i === place));
  };
}

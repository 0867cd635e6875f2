import { describe, expect, it } from 'vitest';
import { sshFingerprint } from '../../../entries/pki/ssh-fingerprint.ts';
import { readKeyMaterial } from '../../../entries/pki/x509.ts';
import { vector } from './vectors.ts';

describe('rekor-v1 §3.2: the keyid of a key is what ssh-keygen -l prints', () => {
  it.each([
    ['p256', 'SHA256:P3r4ZEJs2MZL2nSHAsjUdJkUxn6QFP4I67ga8B92mQs'],
    ['p384', 'SHA256:HwJb3WpA+qM/5qqfFj53SE/9RNKU8AVZuVsWxiFKZjI'],
    ['p521', 'SHA256:xsbeYoMiM8sXqxI5pHDjW9qYpLT5CwmyRClwjJU4DDE'],
    ['ed25519', 'SHA256:suBkBqs2UAJ4dse8H3UgvVcgYSTF0wANKyR2KXAotjg'],
    ['rsa1024', 'SHA256:5KbqF2Ufw5CJE2+J4nsqD0pRRUN4PKUoRDN1gYEmoA8'],
    ['rsa2048', 'SHA256:X+TV9qgpBFOFXw7dXGhn/Agnzb6o1ujtwBWrAE2As2M'],
  ])('%s: %s', (name, fingerprint) => {
    expect(sshFingerprint(readKeyMaterial(vector(`valid/${name}.pem`)).key)).toBe(fingerprint);
  });

  it('ssh has no P-224', () => {
    expect(sshFingerprint(readKeyMaterial(vector('valid/p224.pem')).key)).toBeUndefined();
  });
});

import { type DigestVerifier } from '../verifier.ts';
import { nodeVerifier } from './node.ts';
import { openOpenSsl } from './node-ffi.ts';
import { opensslVerifier } from './openssl.ts';
import { selfTest } from './self-test.ts';

/** `auto`: OpenSSL itself where it can be had, and answers what it should. */
export type VerifierChoice = 'auto' | 'openssl' | 'node';

/**
 * Returns the verifier that this thread checks signatures with. Takes 30 ms, most of it for the self-test.
 *
 * @throws Error that says why, if `openssl` is asked for and cannot be had
 */
export function chooseVerifier(choice: VerifierChoice): DigestVerifier {
  if (choice === 'node') return nodeVerifier;
  try {
    const verifier = opensslVerifier(openOpenSsl());
    selfTest(verifier);
    return verifier;
  } catch (error) {
    if (choice === 'auto') return nodeVerifier;
    throw error;
  }
}

import { generateKeyPairSync, hash, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fails } from '../base/verdict.ts';
import { parsePolicy } from '../checkpoint/policy/parse.ts';
import { verifyTransparencyLogEntry } from '../client/rekor-v2.ts';
import { digestIn } from './entry-digest.ts';
import { runExample } from './run-example.ts';

/* Sends the signed digest of a file to Rekor v2, and verifies the answer with nothing but the policy. */

await runExample('POLICY LOG FILE', async (policyFile = '', log = '', file = '') => {
  const policy = parsePolicy(readFileSync(policyFile));
  const artifact = readFileSync(file);
  const digest = hash('sha256', artifact, 'base64');

  const response = await fetch(`${log}/api/v2/log/entries`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ hashedRekordRequestV002: { digest, signature: signatureOf(artifact) } }),
  });
  const answer = await response.text();
  if (response.status !== 201) return fails(`${log} answers ${response.status}: ${answer}`);

  const verdict = verifyTransparencyLogEntry(JSON.parse(answer), policy);
  if (!verdict.holds) return fails(`${log}: ${verdict.reason}`);
  // An entry of another artifact, though it is in the log, is not an answer to this request.
  if (digestIn(verdict.body) !== digest) return fails(`${log}: the entry is of another artifact`);

  const proof = await fetch(`${log}/api/v2/log/proof/${verdict.index}`);
  if (proof.status !== 200) return fails(`${log} gives no proof file: ${proof.status}`);
  writeFileSync(`${file}.entry`, verdict.body);
  writeFileSync(`${file}.tlog-proof`, await proof.text());
  return `${file} is entry ${verdict.index} of ${verdict.checkpoint.origin}`;
});

/** Signs with a key for this one signature. The entry names the key, so that others can look for what it has signed. */
function signatureOf(artifact: Uint8Array) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    content: sign('sha256', artifact, privateKey).toString('base64'),
    verifier: {
      publicKey: { rawBytes: publicKey.export({ type: 'spki', format: 'der' }).toString('base64') },
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
    },
  };
}

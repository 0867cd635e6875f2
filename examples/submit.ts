import { generateKeyPairSync, hash, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { parsePolicy } from '../checkpoint/policy/parse.ts';
import { verifyTransparencyLogEntry } from '../client/rekor-v2.ts';
import { digestIn } from './entry-digest.ts';

/* Sends the signed digest of a file to Rekor v2, and verifies the answer with nothing but the policy. */

const [policyFile = '', log = '', file = ''] = process.argv.slice(2);
const policy = parsePolicy(readFileSync(policyFile));
const artifact = readFileSync(file);
const digest = hash('sha256', artifact, 'base64');

// A key for this one signature. The entry names it, so that others can look for what it has signed.
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const signature = {
  content: sign('sha256', artifact, privateKey).toString('base64'),
  verifier: {
    publicKey: { rawBytes: publicKey.export({ type: 'spki', format: 'der' }).toString('base64') },
    keyDetails: 'PKIX_ECDSA_P256_SHA_256',
  },
};

const response = await fetch(`${log}/api/v2/log/entries`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ hashedRekordRequestV002: { digest, signature } }),
});
const answer = await response.text();
if (response.status !== 201) throw new Error(`the log answers ${response.status}: ${answer}`);

const verdict = verifyTransparencyLogEntry(JSON.parse(answer), policy);
// An entry of another artifact, though it is in the log, is not an answer to this request.
if (!verdict.holds || digestIn(verdict.body) !== digest) {
  process.stderr.write(`${log}: ${verdict.holds ? 'the entry is of another artifact' : verdict.reason}\n`);
  process.exitCode = 1;
} else {
  const proof = await fetch(`${log}/api/v2/log/proof/${verdict.index}`);
  if (proof.status !== 200) throw new Error(`the log gives no proof file: ${proof.status}`);
  writeFileSync(`${file}.entry`, verdict.body);
  writeFileSync(`${file}.tlog-proof`, await proof.text());
  process.stdout.write(`${file} is entry ${verdict.index} of ${verdict.checkpoint.origin}\n`);
}

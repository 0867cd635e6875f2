import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parsePolicy } from '../checkpoint/policy/parse.ts';
import { verifyProofFile } from '../client/proof-file.ts';
import { digestIn } from './entry-digest.ts';

/* Verifies a proof file that was saved with a file and its entry. Needs no network. */

const [policyFile = '', file = ''] = process.argv.slice(2);
const policy = parsePolicy(readFileSync(policyFile));
const body = readFileSync(`${file}.entry`);
const verdict = verifyProofFile(readFileSync(`${file}.tlog-proof`), body, policy);
if (verdict.holds && digestIn(body) === hash('sha256', readFileSync(file), 'base64')) {
  const { checkpoint, cosigners } = verdict;
  const seen = cosigners.size === 0 ? '' : `, which ${[...cosigners].join(' and ')} cosigned`;
  process.stdout.write(`${file} is in ${checkpoint.origin} of ${checkpoint.size} entries${seen}\n`);
} else {
  process.stderr.write(`${file}: ${verdict.holds ? 'the entry is of another file' : verdict.reason}\n`);
  process.exitCode = 1;
}

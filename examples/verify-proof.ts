import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fails } from '../base/verdict.ts';
import { parsePolicy } from '../checkpoint/policy/parse.ts';
import { verifyProofFile } from '../client/proof-file.ts';
import { digestIn } from './entry-digest.ts';
import { runExample } from './run-example.ts';

/* Verifies a proof file that was saved with a file and its entry. Needs no network. */

await runExample('POLICY FILE', async (policyFile = '', file = '') => {
  const policy = parsePolicy(readFileSync(policyFile));
  const body = readFileSync(`${file}.entry`);
  const verdict = verifyProofFile(readFileSync(`${file}.tlog-proof`), body, policy);
  if (!verdict.holds) return fails(`${file}: ${verdict.reason}`);
  if (digestIn(body) !== hash('sha256', readFileSync(file), 'base64'))
    return fails(`${file}: the entry is of another file`);
  const { checkpoint, cosigners } = verdict;
  const seen = cosigners.size === 0 ? '' : `, which ${[...cosigners].join(' and ')} cosigned`;
  return `${file} is in ${checkpoint.origin} of ${checkpoint.size} entries${seen}`;
});

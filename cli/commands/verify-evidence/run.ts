import { toHex } from '../../../base/bytes.ts';
import { toPem } from '../../../checkpoint/spki.ts';
import { fails, type Refusal } from '../../../base/verdict.ts';
import { type Fork, parseEvidence } from '../../../client/evidence/evidence.ts';
import { MalformedEvidence } from '../../../client/evidence/failures.ts';
import { type Conviction, verifyEvidence } from '../../../client/evidence/verify.ts';
import { inputFault, readInput } from '../../files/input.ts';
import type { CommandModule } from '../../frame/command.ts';
import { CheckFailed, UsageFault } from '../../frame/exit-codes.ts';
import { ecdsa } from '../../log/ecdsa.ts';
import { namedKeys } from '../../log/log-keys.ts';

export const run: CommandModule['run'] = async ({ words: [file = ''], globals, output }) => {
  const forks = readEvidence(file);
  const keys = namedKeys(globals);
  if (keys.length === 0)
    throw new UsageFault('verify-evidence needs the key of the log: give --log-key or --trusted-root');
  const verdict = 'reason' in forks ? forks : verifyEvidence(forks, keys, ecdsa);
  if (!verdict.holds) {
    output.result({ convicts: false, reason: verdict.reason }, '');
    throw new CheckFailed(`${file} convicts no log: ${verdict.reason}`);
  }
  const { convictions } = verdict;
  const text = convictions.map((one) => `${sentence(one)}\n`).join('');
  output.result({ convicts: true, forks: convictions.map(forkJson) }, text);
  return 0;
};

/** Refuses evidence that was changed or cut short so that it cannot be read. @throws UsageFault for a file that is none */
function readEvidence(file: string): readonly Fork[] | Refusal {
  const text = new TextDecoder().decode(readInput(file, file));
  try {
    return parseEvidence(text);
  } catch (error) {
    if (error instanceof MalformedEvidence && isEvidence(text)) return fails(`it is damaged: ${error.message}`);
    throw inputFault(file, error);
  }
}

/** Whether a text that cannot be read was evidence once. What a later version writes is not damaged. */
function isEvidence(text: string): boolean {
  return /fork-evidence|"forks"/.test(text) && !/"version": ?(?!1\b)\d/.test(text);
}

function sentence({ kind, heads: [first, second] }: Conviction): string {
  const start = `${first.origin} has forked: its key has signed`;
  return kind === 'two-roots'
    ? `${start} two different trees of ${first.size} entries, ${toHex(first.root)} and ${toHex(second.root)}`
    : `${start} a tree of ${first.size} entries, ${toHex(first.root)}, and one of ${second.size}, ${toHex(second.root)}, that does not begin with it`;
}

function forkJson({ kind, key, heads }: Conviction): object {
  const described = heads.map(({ size, root }) => ({ treeSize: size, rootHash: toHex(root) }));
  return { origin: heads[0].origin, kind, key: toPem(key.spki), heads: described };
}

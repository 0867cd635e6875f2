import { toHex } from '../../../base/bytes.ts';
import { Failure } from '../../../base/failure.ts';
import { parseTlogProof, type TlogProof } from '../../../checkpoint/proof/tlog-proof.ts';
import { formatNote } from '../../../checkpoint/note.ts';
import { parseCheckpoint } from '../../../checkpoint/checkpoint.ts';
import { openTrusted } from '../../../client/trusted-keys.ts';
import { hashLeaf } from '../../../merkle/hash.ts';
import { verifyInclusion } from '../../../merkle/verify.ts';
import type { ReadEntry } from '../../entry/read-entry.ts';
import { inputFault, readInput } from '../../files/input.ts';
import type { Run } from '../../frame/command.ts';
import { CheckFailed } from '../../frame/exit-codes.ts';
import { ecdsa } from '../../log/ecdsa.ts';
import { knownKeys } from '../../log/known-keys.ts';
import type { Verified } from './verified.ts';

type Asking = Pick<Run, 'globals' | 'machine' | 'output'>;

/**
 * Verifies an entry with a proof file alone.
 *
 * @throws UsageFault for a file that is none, and if no key of the log is known
 * @throws CheckFailed
 */
export async function verifyProof(asking: Asking, { name, prepared }: ReadEntry, file: string): Promise<Verified> {
  const { proof, origin } = readProof(file);
  const note = formatNote(proof.note);
  const { keys, isOffline } = await knownKeys(asking);
  const opened = openTrusted(note, keys, ecdsa);
  if (!opened.holds) throw new CheckFailed(`${file}: the checkpoint does not hold: ${opened.reason}`);
  const forms = [prepared.rekorV1, prepared.rekorV2].flatMap((form) => form ?? []);
  const form = forms.find(({ body }) => verifyInclusion(opened.checkpoint, proof.index, hashLeaf(body), proof.hashes));
  if (form === undefined)
    throw new CheckFailed(
      `${file} is no proof of ${name} with this signature and key: it does not lead from its entry to the root of the checkpoint`,
    );
  const { size, root } = opened.checkpoint;
  const place = {
    logIndex: proof.index,
    uuid: form.uuid,
    index: proof.index,
    origin,
    treeSize: size,
    rootHash: toHex(root),
  };
  return {
    place,
    at: `entry ${proof.index} of ${origin}, ${size} entries`,
    checked: ['signature', 'inclusion proof', 'checkpoint'],
    times: [],
    isOffline,
  };
}

/** @throws UsageFault for a file that is none @throws CheckFailed for a proof that was changed or cut short so that it cannot be read */
function readProof(file: string): { readonly proof: TlogProof; readonly origin: string } {
  const what = `--proof ${file}`;
  const bytes = readInput(file, what);
  try {
    const proof = parseTlogProof(bytes);
    return { proof, origin: parseCheckpoint(proof.note.text).origin };
  } catch (error) {
    if (!(error instanceof Failure) || !PARTS_OF_A_PROOF.test(new TextDecoder().decode(bytes)))
      throw inputFault(what, error);
    throw new CheckFailed(`${file} is damaged, and proves nothing: ${error.message}`, { cause: error });
  }
}

/** The first line, or an index and the checkpoint below it. */
const PARTS_OF_A_PROOF = /^c2sp\.org\/tlog-proof@|^index \d+\n[^]*\n\n/m;

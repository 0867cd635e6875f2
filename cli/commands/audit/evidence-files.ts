import { join } from 'node:path';
import { type Fork, formatEvidence } from '../../../client/evidence/evidence.ts';
import { verifyEvidence } from '../../../client/evidence/verify.ts';
import { sha256Hex } from '../../../base/sha256.ts';
import { utf8 } from '../../../base/bytes.ts';
import type { TrustedKey } from '../../../client/trusted-keys.ts';
import { ecdsa } from '../../log/ecdsa.ts';
import { writeWhole } from '../../state/whole-file.ts';

/** Of a file that is there to be published. */
const PUBLISHED_MODE = 0o644;

/**
 * Writes fork evidence, whole: into the state folder first, where it stays, and then to the file that was named.
 *
 * @returns the files
 */
export function writeEvidence(
  forks: readonly Fork[],
  keys: readonly TrustedKey[],
  folder: string,
  named: string | undefined,
): readonly string[] {
  const verdict = verifyEvidence(forks, keys, ecdsa);
  if (!verdict.holds) throw new Error(`evidence that was just made does not hold: ${verdict.reason}`);
  const text = formatEvidence(forks);
  const own = join(folder, 'evidence', `${sha256Hex(utf8(text)).slice(0, 16)}.json`);
  const files = named === undefined ? [own] : [own, named];
  for (const file of files) writeWhole(file, text, file === named ? PUBLISHED_MODE : undefined);
  return files;
}

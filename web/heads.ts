import { ecdsa } from '../api/ecdsa.ts';
import { equalBytes, toHex, utf8 } from '../base/bytes.ts';
import { fails, HOLDS, type Verdict } from '../base/verdict.ts';
import { parseNote } from '../checkpoint/note.ts';
import { cosignatureVerifier } from '../checkpoint/cosignature.ts';
import { isBy } from '../checkpoint/verify.ts';
import { parseVkey } from '../checkpoint/vkey.ts';
import { judge, type Opened } from '../client/judge.ts';
import { parseLogKeys } from '../client/key-text.ts';
import { openTrusted, signerName, type TrustedHead, type TrustedKey } from '../client/trusted-keys.ts';
import type { HeadClaims, WitnessKey } from './claims.ts';
import type { PageVerdict } from './dom.ts';

/** The keys that a page names. @throws MalformedKey */
export function keysOf({ keys }: Pick<HeadClaims, 'keys'>): readonly TrustedKey[] {
  return keys.flatMap(parseLogKeys);
}

/** Opens all notes of one head: each has to be signed, and all have to be of one tree. */
export function openHeads(claims: HeadClaims): Opened<{ readonly heads: readonly TrustedHead[] }> {
  return judge(() => {
    const keys = keysOf(claims);
    const heads: TrustedHead[] = [];
    for (const note of claims.notes) {
      const opened = openHead(note, claims, keys);
      if (!opened.holds) return opened;
      heads.push(opened);
    }
    const [first, ...others] = heads;
    if (first === undefined) return fails('the page has no signed head');
    const { size, root } = first.checkpoint;
    const isOne = others.every(({ checkpoint }) => checkpoint.size === size && equalBytes(checkpoint.root, root));
    return isOne ? { holds: true, heads } : fails('its two checkpoints are of different trees');
  });
}

/** Opens a note that has to be of the shard that the page is about. */
export function openHead(
  note: string,
  { origin, treeId }: Pick<HeadClaims, 'origin' | 'treeId'>,
  keys: readonly TrustedKey[],
): Opened<TrustedHead> {
  const opened = openTrusted(note, keys, ecdsa);
  if (!opened.holds) return opened;
  const signed = opened.checkpoint.origin;
  if (signed === origin || (signerName(signed) === origin && signed.endsWith(` - ${treeId}`))) return opened;
  return fails(`the checkpoint is one of ${signed}`);
}

/** Whether a head is that of a tree. @param root - hex */
export function isOf({ checkpoint }: TrustedHead, size: number, root: string): Verdict {
  if (checkpoint.size !== size) return fails(`the checkpoint is of ${checkpoint.size} entries, and not of ${size}`);
  return toHex(checkpoint.root) === root ? HOLDS : fails('the checkpoint has another root than the page');
}

/** Verdict on the cosignature of a witness. */
export function judgeCosignature(
  notes: readonly string[],
  name: string,
  witnesses: readonly WitnessKey[],
): { readonly verdict: PageVerdict; readonly why: string } {
  const verdicts = witnesses.flatMap(({ vkey }) => judgeLines(notes, name, vkey));
  const refusal = verdicts.find(({ holds }) => !holds);
  if (refusal?.holds === false) return { verdict: 'fails', why: `${refusal.reason}.` };
  return verdicts.length > 0
    ? { verdict: 'holds', why: 'The witness has signed this size and root, and saw no other history.' }
    : { verdict: 'unknown', why: 'The log does not say by which key this witness signs.' };
}

/** Verdicts on the lines that name a witness and its key. */
function judgeLines(notes: readonly string[], name: string, vkey: string): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  const read = judge(() => {
    const verifier = cosignatureVerifier(parseVkey(vkey));
    for (const { text, signatures } of verifier?.name === name ? notes.map((note) => parseNote(note)) : []) {
      const lines = signatures.filter((one) => verifier !== undefined && isBy(one, verifier));
      for (const { signature } of lines)
        verdicts.push(
          verifier?.verify(utf8(text), signature) === true ? HOLDS : fails('its signature does not verify'),
        );
    }
    return HOLDS;
  });
  return read.holds ? verdicts : [read];
}

import { equalBytes, toHex, utf8 } from '../base/bytes.ts';
import { verifyEd25519 } from './ed25519.ts';
import { BadSignature, UnverifiedNote } from './failures.ts';
import { type KeyId, SIGNATURE_TYPE, type VerifierKey, keyId } from './key.ts';
import { type NoteSignature, type SignedNote, formatSignatures } from './note.ts';

/** A key that is trusted, and how to tell its signatures. */
export interface Verifier {
  readonly name: string;
  readonly id: KeyId;
  /** @param text - the note's text in UTF-8 */
  readonly verify: (text: Uint8Array, signature: Uint8Array) => boolean;
}

/** Trusted logs: the keys that may sign for each origin. */
export type KnownLogs = ReadonlyMap<string, readonly Verifier[]>;

/** Whether `signature`, in DER, is the key's over SHA-256 of `text`. The layers up to `checkpoint` have no ECDSA of their own. */
export type EcdsaCheck = (spki: Uint8Array, text: Uint8Array, signature: Uint8Array) => boolean;

/** The verdicts on the signatures of a note, in the order of their lines. */
export interface CheckedNote {
  readonly text: string;
  /** One at most for each known key. */
  readonly verified: readonly NoteSignature[];
  readonly unknown: readonly NoteSignature[];
}

/** The verifier of a key that signs the text itself. Undefined for types that do not, or that nobody here can check. */
export function logVerifier(key: VerifierKey, ecdsa?: EcdsaCheck): Verifier | undefined {
  const [{ name, material }, id] = [key, keyId(key)];
  if (key.type === SIGNATURE_TYPE.ed25519)
    return { name, id, verify: (text, signature) => verifyEd25519(material, text, signature) };
  if (key.type === SIGNATURE_TYPE.ecdsa && ecdsa !== undefined)
    return { name, id, verify: (text, signature) => ecdsa(material, text, signature) };
  return undefined;
}

/** Whether the line claims to be by that key: both name and id must match. */
export function isBy(line: NoteSignature, verifier: Verifier): boolean {
  return line.name === verifier.name && equalBytes(line.keyId, verifier.id);
}

/**
 * The rules of c2sp.org/signed-note, "Signatures": unknown keys are ignored, and so are unknown lines that say the same again;
 * every line of a known key has to verify, where Go's `note.Open` looks at the first. The first bad one ends the work.
 *
 * @throws BadSignature when a known key did not make a signature that bears its name and id
 * @throws RangeError when two of the verifiers have one name and id
 */
export function checkSignatures({ text, signatures }: SignedNote, verifiers: readonly Verifier[]): CheckedNote {
  const message = utf8(text);
  const verified = new Map<Verifier, NoteSignature>();
  const unknown = new Map<string, NoteSignature>();
  for (const signature of signatures) {
    const [known, another] = verifiers.filter((verifier) => isBy(signature, verifier));
    if (another !== undefined) throw new RangeError(`two keys are ${another.name}+${toHex(another.id)}`);
    if (known === undefined) {
      unknown.set(formatSignatures([signature]), signature);
    } else if (!isSame(verified.get(known), signature)) {
      if (!known.verify(message, signature.signature))
        throw new BadSignature(`a signature of ${known.name}+${toHex(known.id)} does not verify`);
      if (!verified.has(known)) verified.set(known, signature);
    }
  }
  return { text, verified: [...verified.values()], unknown: [...unknown.values()] };
}

/** Whether it is a line that has been checked already. */
function isSame(checked: NoteSignature | undefined, { signature }: NoteSignature): boolean {
  return checked !== undefined && equalBytes(checked.signature, signature);
}

/** As `checkSignatures`, and at least one known key must have signed. @throws BadSignature @throws UnverifiedNote */
export function verifyNote(note: SignedNote, verifiers: readonly Verifier[]): CheckedNote {
  const checked = checkSignatures(note, verifiers);
  if (checked.verified.length === 0) throw new UnverifiedNote('no known key has signed the note');
  return checked;
}

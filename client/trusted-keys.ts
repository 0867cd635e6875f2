import { equalBytes, toHex } from '../base/bytes.ts';
import { sha256 } from '../base/sha256.ts';
import { fails, HOLDS } from '../base/verdict.ts';
import { type Checkpoint, parseCheckpoint } from '../checkpoint/checkpoint.ts';
import { logKey, longKeyId, spkiOf, type VerifierKey } from '../checkpoint/key.ts';
import { parseNote } from '../checkpoint/note.ts';
import { isEcdsaSpki } from '../checkpoint/spki.ts';
import type { WireText } from '../checkpoint/text.ts';
import { type EcdsaCheck, isBy, logVerifier, type Verifier, verifyNote } from '../checkpoint/verify.ts';
import { judge, type Opened } from './judge.ts';
import type { Period } from './period.ts';

/** A public key that a log is trusted to sign with. */
export interface TrustedKey {
  /** Host that the log signs as. Undefined where only the key is known: then every name is taken with it. */
  readonly name: string | undefined;
  /** SubjectPublicKeyInfo in DER: Ed25519 or ECDSA. */
  readonly spki: Uint8Array;
  /** Times at which it may have promised entries; any if it is left out. */
  readonly validFor?: Period;
}

/** Returns the trusted key that a verifier key names. */
export function trustedKeyOf(key: VerifierKey): TrustedKey {
  return { name: key.name, spki: spkiOf(key) };
}

/** Log id of Rekor v1: SHA-256 of the key, 64 hex digits. */
export function rekorLogId({ spki }: TrustedKey): string {
  return toHex(sha256(spki));
}

/** Log id of a key under a name, as Rekor v2 and trusted roots have it; of ECDSA keys that of Rekor v1. 64 hex digits. */
export function logId({ spki }: TrustedKey, name: string): string {
  return toHex(longKeyId(logKey(name, spki)));
}

/** Whether the key may sign entries of Rekor v1, whose clients take ECDSA alone. */
export function isRekorKey({ spki }: TrustedKey): boolean {
  return isEcdsaSpki(spki);
}

/** Returns verifiers for all keys that may sign as `name`. */
export function verifiersOf(keys: readonly TrustedKey[], name: string, ecdsa: EcdsaCheck): readonly Verifier[] {
  const named = keys.filter((key) => (key.name ?? name) === name);
  const own = named.filter(({ spki }, i) => named.findIndex((one) => equalBytes(one.spki, spki)) === i); // one may be given twice
  return own.flatMap(({ spki }) => logVerifier(logKey(name, spki), ecdsa) ?? []);
}

/** First line of a note: the origin, if it is a checkpoint. */
export function originOf(note: string): string {
  return note.split('\n', 1)[0] ?? '';
}

/** Host that signs under an origin: the origin itself, or on Rekor v1 what stands before ` - ` and the tree id. */
export function signerName(origin: string): string {
  return /^(.+) - [1-9]\d*$/.exec(origin)?.[1] ?? origin;
}

/** Whether a note has a line that claims to be by one of the keys. Nothing is verified. False for what is no checkpoint. */
export function bearsTrusted(note: WireText, keys: readonly TrustedKey[], ecdsa: EcdsaCheck): boolean {
  const claim = judge(() => {
    const { text, signatures } = parseNote(note);
    const verifiers = verifiersOf(keys, signerName(parseCheckpoint(text).origin), ecdsa);
    return signatures.some((line) => verifiers.some((verifier) => isBy(line, verifier))) ? HOLDS : fails('no line is');
  });
  return claim.holds;
}

/** A checkpoint that a trusted key has signed. */
export interface TrustedHead {
  /** The signed note as it came. */
  readonly note: string;
  readonly checkpoint: Checkpoint;
}

/** Opens a checkpoint of either API that one of the keys has signed under the name in its origin. */
export function openTrusted(note: WireText, keys: readonly TrustedKey[], ecdsa: EcdsaCheck): Opened<TrustedHead> {
  return judge(() => {
    const parsed = parseNote(note);
    const checkpoint = parseCheckpoint(parsed.text);
    const name = signerName(checkpoint.origin);
    const verifiers = verifiersOf(keys, name, ecdsa);
    if (verifiers.length === 0) return fails(`no key that is trusted may sign as ${name}`);
    verifyNote(parsed, verifiers);
    const text = typeof note === 'string' ? note : new TextDecoder().decode(note);
    return { holds: true, note: text, checkpoint };
  });
}

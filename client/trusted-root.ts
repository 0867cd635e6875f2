import { toHex } from '../base/bytes.ts';
import { isEcdsaSpki, parseEd25519Spki } from '../checkpoint/spki.ts';
import { AnswerReader, base64 } from './answer-reader.ts';
import { MalformedAnswer } from './failures.ts';
import { readPeriod } from './period.ts';
import type { TrustedKey } from './trusted-keys.ts';

/**
 * Returns the keys of the logs in a `trusted_root.json`: clients §2.2. Logs with keys of kinds that are not checked here are
 * left out.
 *
 * @throws MalformedAnswer that names the member
 */
export function trustedRootKeys(value: unknown): readonly TrustedKey[] {
  const root = new AnswerReader(value);
  const { tlogs } = value as { readonly tlogs?: unknown };
  if (!root.text('mediaType').startsWith('application/vnd.dev.sigstore.trustedroot') || !Array.isArray(tlogs))
    throw new MalformedAnswer('it is no trusted root: mediaType and tlogs say otherwise');
  return tlogs.flatMap((log: unknown, i) => logKeyOf(new AnswerReader(log, `tlogs.${i}`), i));
}

function logKeyOf(log: AnswerReader, i: number): readonly TrustedKey[] {
  const spki = log.object('publicKey').bytes('rawBytes', base64);
  if (parseEd25519Spki(spki) === undefined && !isEcdsaSpki(spki)) return [];
  const url = log.text('baseUrl');
  if (!URL.canParse(url))
    throw new MalformedAnswer(`tlogs.${i}.baseUrl is no URL, for the key ${toHex(spki).slice(0, 16)}`);
  return [{ name: new URL(url).hostname, spki, validFor: readPeriod(log.object('publicKey')) }];
}

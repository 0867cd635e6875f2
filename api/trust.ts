import { parseLogKeys } from '../client/key-text.ts';
import type { TrustedKey } from '../client/trusted-keys.ts';
import { trustedRootKeys } from '../client/trusted-root.ts';
import { MalformedInput } from './bytes.ts';

/** Logs that a caller trusts: by their keys, by a trusted root, or both. */
export interface Trust {
  /** PEM, a verifier key (c2sp.org/signed-note), or DER in base64; a text may have several. */
  readonly logKeys?: string | readonly string[];
  /** `trusted_root.json`, parsed. */
  readonly trustedRoot?: unknown;
}

/** Returns the keys of the logs. @throws MalformedInput without any @throws MalformedKey, MalformedAnswer */
export function trustedKeys({ logKeys = [], trustedRoot }: Trust): readonly TrustedKey[] {
  const texts = typeof logKeys === 'string' ? [logKeys] : logKeys;
  const keys = texts.flatMap(parseLogKeys);
  const all = trustedRoot === undefined ? keys : [...keys, ...trustedRootKeys(trustedRoot)];
  if (all.length > 0) return all;
  throw new MalformedInput('no key of a log is trusted: give logKeys or trustedRoot');
}

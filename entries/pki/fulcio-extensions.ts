import { DerReader, TAG } from './der.ts';
import type { Extension } from './extensions.ts';

/** Fulcio's arc of object identifiers: fulcio/docs/oid-info.md. */
const FULCIO_ARC = '1.3.6.1.4.1.57264.1.';

/** Values that stand bare, as Fulcio's first extensions did. */
const BARE_NAMES: Readonly<Record<string, string>> = {
  1: 'issuer',
  2: 'githubWorkflowTrigger',
  3: 'githubWorkflowSHA',
  4: 'githubWorkflowName',
  5: 'githubWorkflowRepository',
  6: 'githubWorkflowRef',
};

/** Values in a UTF8String. Number 8 takes the place of number 1, wherever it stands. */
const STRING_NAMES: Readonly<Record<string, string>> = {
  8: 'issuer',
  9: 'buildSignerURI',
  10: 'buildSignerDigest',
  11: 'runnerEnvironment',
  12: 'sourceRepositoryURI',
  13: 'sourceRepositoryDigest',
  14: 'sourceRepositoryRef',
  15: 'sourceRepositoryIdentifier',
  16: 'sourceRepositoryOwnerURI',
  17: 'sourceRepositoryOwnerIdentifier',
  18: 'buildConfigURI',
  19: 'buildConfigDigest',
  20: 'buildTrigger',
  21: 'runInvocationURI',
  22: 'sourceRepositoryVisibilityAtSigning',
};

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Returns the values of Fulcio's extensions by the names that its documentation gives them. One that cannot be read is left out. */
export function fulcioValues(extensions: readonly Extension[]): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const { id, value } of extensions) {
    if (!id.startsWith(FULCIO_ARC)) continue;
    const number = id.slice(FULCIO_ARC.length);
    const name = BARE_NAMES[number] ?? STRING_NAMES[number];
    const text = number in BARE_NAMES ? value : new DerReader(value).value(TAG.utf8String);
    if (name === undefined || text === undefined || (number in BARE_NAMES && name in values)) continue;
    values[name] = decoder.decode(text);
  }
  return values;
}

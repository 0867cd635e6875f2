import { DEFAULT_ALGORITHMS, KNOWN_ALGORITHMS } from '../../../entries/algorithm-policy.ts';
import { type operations } from '../../../openapi/types.ts';
import { setting, type HostEnvironment } from '../values/setting.ts';
import { choice, onOff, parseList, unknownItems, type ValueType, withSynonyms, words } from '../values/values.ts';

/** Operations of the Rekor v1 API and the one that writes of v2, by their operationId in the OpenAPI document. */
export const OPERATIONS = [
  'createLogEntry',
  'getLogEntryByIndex',
  'getLogEntryByUUID',
  'searchLogQuery',
  'getLogInfo',
  'getPublicKey',
  'getLogProof',
  'searchIndex',
  'createEntry',
] as const satisfies readonly (keyof operations)[];

export function acceptance(kinds: HostEnvironment['kinds']) {
  return {
    apis: setting(
      withSynonyms(choice('both', 'rekor-v1', 'rekor-v2'), { v1: 'rekor-v1', v2: 'rekor-v2' }),
      'both',
      'APIs that are open. rekor-v2 alone makes a log that monitors of Rekor v2 can read, because it holds no entry of v1.',
      ['faces'],
    ),
    kinds: setting(
      kindList(kinds),
      { words: 'all of them', from: () => [...new Set(kinds.map(({ kind }) => kind))].join(',') || 'none' },
      'Kinds of entries that are taken, as kind or kind:version; those of version 0.0.2, but for intoto, are of the v2 API. The others can still be read.',
    ),
    algorithms: setting(
      words(KNOWN_ALGORITHMS),
      DEFAULT_ALGORITHMS.join(','),
      'Signature algorithms that hashedrekord entries of v1, and all of v2, may use.',
    ),
    v2KeyAsCertificate: setting(
      onOff,
      'on',
      'Whether v2 takes a bare public key where a certificate belongs, as sigstore-js sends it.',
    ),
    operations: setting(
      words(OPERATIONS),
      OPERATIONS.join(','),
      'Operations of v1, and createEntry of v2, that are answered; leave out both createLogEntry and createEntry for a read-only log.',
    ),
    duplicates: setting(
      choice('conflict', 'return'),
      'conflict',
      'Answer to an entry that the log holds already: 409 as Rekor gives it, or 201 with the entry.',
    ),
    attestations: setting(onOff, 'on', 'Whether the attestations of intoto entries are kept and given back.'),
  };
}

/** `kind` stands for all its versions; the answer names each version as `kind:version`. */
function kindList(kinds: HostEnvironment['kinds']): ValueType<readonly string[]> {
  const versions = kinds.map(({ kind, version }) => `${kind}:${version}`);
  const named = (item: string) => {
    const found = versions.filter((one) => one === item || (item !== '' && one.startsWith(`${item}:`)));
    return found.length > 0 ? found : undefined;
  };
  return {
    placeholder: 'LIST',
    expects: `none, or with commas between them some of ${[...new Set(kinds.map(({ kind }) => kind)), ...versions].join(', ')}`,
    parse(text) {
      const lists = parseList(text, named);
      return lists && [...new Set(lists.flat())];
    },
    unknownItems: (text) => unknownItems(text, named),
  };
}

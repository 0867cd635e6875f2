import { DEFAULT_ALGORITHMS, KNOWN_ALGORITHMS } from '../../entries/algorithm-policy.ts';
import { type operations } from '../../openapi/types.ts';
import { headerName, keyName, listenAddress, originName, proxies, webAddress } from './network-values.ts';
import { optional, setting, type Surroundings, type Values } from './setting.ts';
import { choice, count, duration, flag, onOff, parseList, path, size, type ValueType, words } from './values.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const SECOND = 1000;
const MINUTE = 60 * SECOND;

const SERVING = {
  listen: setting(listenAddress, '127.0.0.1:3000', 'Address and port to serve on; without a host, every address.'),
  publicUrl: optional(webAddress, 'Where the world finds the server, if that is not what its requests say.'),
  trustedProxies: setting(
    proxies,
    'none',
    "Proxies whose X-Forwarded-* headers are believed about the client's address.",
  ),
  tlsCert: optional(path, 'PEM file with the certificate chain to serve https with. Needs --tls-key.'),
  tlsKey: optional(path, 'PEM file with the private key of --tls-cert.'),
  requestIdHeader: setting(
    headerName,
    'x-request-id',
    'Request header whose value names the request in the log lines.',
  ),
  shutdownTimeout: setting(
    duration(0, 10 * MINUTE),
    '15s',
    'Time that open requests get to finish when the server is told to stop.',
  ),
  readyWithin: setting(
    duration(0, 10 * MINUTE),
    '5s',
    'Age of the last durable write that /readyz accepts before it makes one of its own.',
  ),
};

/** Other defaults follow the data folder. */
export const STANDARD_DATA = './data';

const DATA = {
  data: setting(path, STANDARD_DATA, 'Folder that holds the log. One server at a time.'),
  heads: setting(
    path,
    { words: '<data>-heads', from: ({ data }) => `${withoutSlash(data)}-heads` },
    'Folder of the journal of signed heads. Keep it apart from --data, so that a restored backup is noticed.',
  ),
  volume: setting(
    choice('fixed', 'moves'),
    'fixed',
    'Whether the data folder must stay on the same device of the same machine; moves for volumes that are attached elsewhere.',
  ),
  dev: setting(
    flag,
    'off',
    'Keeps keys and entries in memory only and forgets them at the end. Not together with --data, --heads or key files.',
  ),
};

const IDENTITY = {
  origin: optional(
    originName,
    'Name of the log in its checkpoints, permanent from its beginning. A log that begins without one takes the host name of the machine.',
  ),
  v1Key: setting(
    path,
    { words: '<data>/keys/rekor-v1.pem', from: ({ data }) => `${withoutSlash(data)}/keys/rekor-v1.pem` },
    'PEM file with the ECDSA P-256 key that signs for the Rekor v1 API. Made on first start.',
  ),
  tileKey: setting(
    path,
    { words: '<data>/keys/tile.pem', from: ({ data }) => `${withoutSlash(data)}/keys/tile.pem` },
    'PEM file with the Ed25519 key that signs tile checkpoints. Made on first start.',
  ),
  genesis: setting(
    onOff,
    'on',
    "Whether entry 0 is the log's own. Many clients cannot read an entry with the index 0.",
  ),
  clockTolerance: setting(
    duration(SECOND, 60 * MINUTE),
    '10s',
    'Jump of the wall clock after which the log takes no more entries.',
  ),
};

const WITNESSES = {
  witness: setting(
    choice('off', 'prefer', 'require'),
    'off',
    'Whether other parties cosign the log: prefer shows heads at once and lets cosignatures join, require shows only heads that the policy is met for, and lets writers wait for it.',
  ),
  witnessPolicy: optional(
    path,
    'C2SP tlog-policy file: the witnesses that are asked, and how many must cosign. Needs --witness.',
  ),
  witnessTimeout: setting(duration(50, 5 * MINUTE), '2s', 'Time that a witness gets to answer.'),
  witnessPause: setting(duration(0, 10 * MINUTE), '200ms', 'Time between two rounds of asking, while the log grows.'),
  witnessRefresh: setting(
    duration(SECOND, 24 * 60 * MINUTE),
    '10m',
    'Time after which a log that does not grow has its head cosigned again.',
  ),
  publishTimeout: setting(
    duration(100, 10 * MINUTE),
    '10s',
    'Time that a writer waits for witnesses before the answer is 503; the entry is kept, and sending it again waits on.',
  ),
  witnessFor: optional(
    path,
    'C2SP tlog-policy file whose log lines name other logs: this server cosigns their heads at /add-checkpoint.',
  ),
  witnessName: optional(
    keyName,
    'Name under which this server cosigns for others. Left out, it is the name of the log with /witness behind it.',
  ),
  witnessKey: setting(
    path,
    { words: '<data>/keys/witness.pem', from: ({ data }) => `${withoutSlash(data)}/keys/witness.pem` },
    'PEM file with the Ed25519 key that cosigns for others. Made when it is first needed.',
  ),
};

/** Operations of the Rekor v1 API, by the operationId of its OpenAPI document. */
export const OPERATIONS = [
  'createLogEntry',
  'getLogEntryByIndex',
  'getLogEntryByUUID',
  'searchLogQuery',
  'getLogInfo',
  'getPublicKey',
  'getLogProof',
  'searchIndex',
] as const satisfies readonly (keyof operations)[];

function acceptance(kinds: Surroundings['kinds']) {
  return {
    faces: setting(
      choice('both', 'v1', 'v2'),
      'both',
      'APIs that are open. v2 alone makes a log that monitors of Rekor v2 can read, because it holds no entry of v1.',
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
      'Operations of the v1 API that are answered; leave out createLogEntry for a read-only log.',
    ),
    duplicates: setting(
      choice('conflict', 'return'),
      'conflict',
      'Answer to an entry that the log holds already: 409 as Rekor gives it, or 201 with the entry.',
    ),
    attestations: setting(onOff, 'on', 'Whether the attestations of intoto entries are kept and given back.'),
  };
}

const LIMITS = {
  maxRequestBody: setting(size(KIB, 256 * MIB), '32MiB', 'Longest request body of v1.'),
  maxV2RequestBody: setting(size(KIB, 256 * MIB), '4MiB', 'Longest request body of v2.'),
  maxCanonicalBody: setting(size(1, 65_535), '65535', 'Longest entry, in the canonical form that the log holds.'),
  maxAttestationSize: setting(size(0, 64 * MIB), '102400', 'Longest attestation that is kept.'),
  maxRetrieve: setting(count(1, 1000), '10', 'Entries that one retrieve request may ask for.'),
  searchPage: setting(count(1, 100_000), '1000', 'Hits that a search reads at a time.'),
  searchLimit: setting(count(1, 1_000_000), '10000', 'Hits in one search answer.'),
  maxJsonDepth: setting(count(1, 10_000), '10000', 'Arrays and objects inside one another in a request body.'),
  maxJsonValues: setting(count(1, 10_000_000), '1000000', 'Values in a request body.'),
};

const LOAD = {
  maxBodiesInFlight: setting(
    size(KIB, 16 * GIB),
    '256MiB',
    'Request bodies held in memory at the same time; beyond that the answer is 503.',
  ),
  admissionThreads: setting(
    count(1, 256),
    { words: 'the number of processors less one', from: ({ cores }) => String(Math.min(256, Math.max(1, cores - 1))) },
    'Threads that parse entries and check their signatures.',
  ),
  verifier: setting(
    choice('auto', 'openssl', 'node'),
    'auto',
    "What checks ECDSA signatures over digests: OpenSSL through Node's FFI, or what every Node has. auto takes the first if it works.",
  ),
  admissionQueue: setting(
    count(1, 1_000_000),
    '4096',
    'Requests that may wait for a thread; beyond that the answer is 503.',
  ),
  maxWaiting: setting(
    count(1, 1_000_000),
    '4096',
    'Checked entries that may wait to be written; beyond that the answer is 503.',
  ),
  maxWaitingBytes: setting(
    size(KIB, 16 * GIB),
    '64MiB',
    'Size of the entries that may wait to be written; beyond that the answer is 503.',
  ),
  batch: setting(count(1, 65_536), '256', 'Entries that are written together at most.'),
};

const LOGGING = {
  logLevel: setting(
    choice('debug', 'info', 'warn', 'error', 'silent'),
    'info',
    'Least important lines that are printed.',
  ),
  logFormat: setting(
    choice('text', 'json'),
    { words: 'text on a terminal, else json', from: ({ terminal }) => (terminal ? 'text' : 'json') },
    'Lines for people, or one JSON object a line.',
  ),
};

/** Every setting there is, by the heading it stands under. */
export function settingGroups(kinds: Surroundings['kinds']) {
  return {
    Serving: SERVING,
    Data: DATA,
    'Identity of the log': IDENTITY,
    Witnesses: WITNESSES,
    'What is accepted': acceptance(kinds),
    'Limits of one request': LIMITS,
    'Limits of all requests together': LOAD,
    Logging: LOGGING,
  };
}

/** Everything an operator can set. Sizes are bytes, times are milliseconds. */
export type Settings = Values<typeof SERVING> &
  Values<typeof DATA> &
  Values<typeof IDENTITY> &
  Values<typeof WITNESSES> &
  Values<ReturnType<typeof acceptance>> &
  Values<typeof LIMITS> &
  Values<typeof LOAD> &
  Values<typeof LOGGING>;

/** `kind` stands for all its versions; the answer names each version as `kind:version`. */
function kindList(kinds: Surroundings['kinds']): ValueType<readonly string[]> {
  const versions = kinds.map(({ kind, version }) => `${kind}:${version}`);
  const named = (item: string) => versions.filter((one) => one === item || one.startsWith(`${item}:`));
  return {
    placeholder: 'LIST',
    expects: `none, or with commas between them some of ${[...new Set(kinds.map(({ kind }) => kind)), ...versions].join(', ')}`,
    parse(text) {
      const lists = parseList(text, (item) => (item !== '' && named(item).length > 0 ? named(item) : undefined));
      return lists && [...new Set(lists.flat())];
    },
  };
}

function withoutSlash(folder: string): string {
  return folder.length > 1 ? folder.replace(/[/\\]+$/, '') : folder;
}

/** Which folder may import which. What is not listed is forbidden; a folder may always import itself. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  openapi: [],
  merkle: ['base'],
  checkpoint: ['base', 'merkle'],
  'checkpoint/witness': ['base', 'merkle', 'checkpoint'],
  'checkpoint/policy': ['base', 'checkpoint', 'checkpoint/witness'],
  'checkpoint/proof': ['base', 'merkle', 'checkpoint', 'checkpoint/policy'],
  'entries/signatures': ['base'],
  'entries/signatures/verifiers': ['base', 'entries/signatures'],
  'entries/pki': ['base', 'entries/signatures', 'entries'],
  'entries/envelope': ['base', 'entries/pki', 'entries/signatures', 'entries/spec', 'entries'],
  'entries/spec': ['base', 'entries/pki', 'entries/signatures', 'entries'],
  entries: ['base', 'merkle', 'entries/signatures', 'entries/pki', 'entries/envelope', 'entries/spec'],
  'entries/kinds': [
    'base',
    'merkle',
    'entries',
    'entries/signatures',
    'entries/pki',
    'entries/envelope',
    'entries/spec',
  ],
  client: ['base', 'merkle', 'checkpoint', 'checkpoint/policy', 'checkpoint/proof'],
  metrics: ['base'],
  witness: ['base', 'merkle', 'checkpoint', 'checkpoint/witness', 'checkpoint/policy', 'storage'],
  storage: ['base', 'merkle', 'entries', 'checkpoint', 'storage/search-index'],
  'storage/search-index': ['base', 'entries'],
  'storage/records': ['base', 'merkle', 'storage'],
  'storage/record-files': ['base', 'merkle', 'storage', 'storage/records'],
  'storage/engines': [
    'base',
    'merkle',
    'entries',
    'checkpoint',
    'checkpoint/witness',
    'storage',
    'storage/search-index',
  ],
  'log/signers': ['base', 'merkle', 'checkpoint', 'storage'],
  log: ['base', 'merkle', 'checkpoint', 'entries', 'storage', 'witness', 'log/signers'],
  'log/audit': ['base', 'merkle', 'storage', 'storage/search-index', 'log', 'log/signers'],
  'log/backup': ['base', 'merkle', 'storage', 'storage/records', 'log/signers', 'log'],
  'host/settings': ['base', 'openapi', 'entries'],
  'host/logging': [],
  'host/folder': ['base', 'storage'],
  'host/clock': ['log', 'host/settings'],
  'host/keys': ['base', 'checkpoint', 'storage', 'log', 'host/folder'],
  'host/shards': ['base', 'storage', 'log', 'log/signers', 'host/folder', 'host/keys'],
  'host/backup': [
    'base',
    'storage',
    'storage/records',
    'storage/record-files',
    'log',
    'log/backup',
    'host/folder',
    'host/shards',
  ],
  'host/start': [
    'base',
    'entries',
    'entries/signatures',
    'storage',
    'log',
    'host/settings',
    'host/folder',
    'host/keys',
    'host/shards',
  ],
  'host/witness': [
    'base',
    'merkle',
    'checkpoint',
    'checkpoint/policy',
    'storage',
    'log',
    'witness',
    'host/settings',
    'host/keys',
    'host/start',
  ],
  host: [
    'base',
    'storage',
    'log',
    'witness',
    'host/settings',
    'host/logging',
    'host/backup',
    'host/clock',
    'host/start',
    'host/witness',
  ],
  'server/pages': ['base', 'openapi', 'merkle', 'checkpoint', 'log', 'server/http', 'server/operations'],
  'server/http': ['base', 'openapi', 'merkle', 'entries', 'log', 'witness', 'server/admission'],
  'server/apis': ['base', 'server/http'],
  'server/operations': ['base', 'openapi', 'log', 'witness', 'host', 'server/http', 'server/apis', 'server/admission'],
  'server/admission': [
    'base',
    'openapi',
    'merkle',
    'entries',
    'entries/signatures',
    'log',
    'server/http',
    'entries/pki',
  ],
  'server/routes': [
    'base',
    'openapi',
    'merkle',
    'checkpoint',
    'checkpoint/witness',
    'checkpoint/proof',
    'entries',
    'storage',
    'log',
    'log/signers',
    'witness',
    'host',
    'server/http',
    'server/apis',
    'server/operations',
    'server/admission',
  ],
  'server/metrics': ['base', 'host', 'log', 'storage', 'metrics', 'server/http', 'server/admission'],
  server: [
    'base',
    'openapi',
    'log',
    'witness',
    'metrics',
    'host',
    'host/settings',
    'host/logging',
    'server/metrics',
    'server/pages',
    'server/http',
    'server/apis',
    'server/operations',
    'server/admission',
    'server/routes',
  ],
};

/** Folders beside the layers, and which of each other they may import. They may import any layer, and no layer imports them. */
export const BESIDE: Readonly<Record<string, readonly string[]>> = {
  examples: [],
  testkit: [],
  scripts: ['testkit'],
  bench: ['testkit', 'scripts'],
  test: ['testkit', 'scripts'],
};

/** Layers that folders beside them may not import: operator commands stand beside the HTTP server, not on it. */
export const BESIDE_MAY_NOT_IMPORT: Readonly<Record<string, readonly string[]>> = {
  scripts: ['server'],
};

/** The only files that may import a folder of implementations. */
export const COMPOSERS: Readonly<Record<string, readonly string[]>> = {
  'host/environment.ts': ['entries/kinds'],
  'server/compose.ts': ['entries/signatures/verifiers'],
  'host/clock/clock-sync.ts': ['entries/signatures/verifiers'],
  'host/start/genesis.ts': ['entries/kinds', 'entries/signatures/verifiers'],
  'host/shards/shard-folders.ts': ['storage/engines'],
  'server/admission/tasks.ts': ['entries/kinds', 'entries/signatures/verifiers'],
  'server/admission/messages.ts': ['entries/signatures/verifiers'],
};

/** The registry of storage engines: all that files outside of the engines' folders may import of them. Tests and measurements drive an engine on purpose. */
export const ENGINES = {
  folder: 'storage/engines/',
  registry: 'storage/engines/index.ts',
  only: /^(test|bench|testkit)\//,
} as const;

/** Names of files, codes and words that belong to one storage engine. */
export const ENGINE_WORDS =
  /\b(stele\.db|lock\.db|lock-owner\.txt|heads\.txt|witnessed\.txt|SQLITE_[A-Z]+)\b|['`](SELECT|INSERT|PRAGMA) /;

/** A package or a module of Node, and the files that may import it. */
export const GUARDED: readonly { readonly module: RegExp; readonly only: RegExp }[] = [
  { module: /^express$/, only: /^server\// },
  { module: /^better-sqlite3$/, only: /^storage\/engines\/sqlite\// },
  { module: /^pino$/, only: /^host\/logging\// },
  { module: /^@prometheus-io\/client$/, only: /^metrics\// },
  { module: /^yaml$/, only: /^host\/settings\// },
  { module: /^node:crypto$/, only: /^entries\/(pki|signatures)\/node-crypto\.ts$|^(storage|log|host|server)\// },
  { module: /^node:ffi$/, only: /^entries\/signatures\/verifiers\/node-ffi\.ts$/ },
  {
    module: /^node:fs(\/promises)?$/,
    only: /^storage\/(engines\/|record-files\/|folders\.ts$)|^host\/([^/]+\.ts$|(folder|logging|shards|start|witness)\/)|^server\/[^/]+\.ts$|^server\/pages\//,
  },
  { module: /^node:(worker_threads|http|https|child_process)$/, only: /^storage\/engines\/|^host\/backup\/|^server\// },
  { module: /^node:(os|net)$/, only: /^storage\/engines\/|^host\/|^server\// },
  { module: /^node:/, only: /^(storage|log|host|server)\/|\/node-(crypto|ffi)\.ts$/ },
];

/** Expressions that depend on the moment or the machine, and the files that may use them. */
export const AMBIENT: readonly { readonly expression: string; readonly only: RegExp }[] = [
  { expression: 'process.env', only: /^host\/environment\.ts$/ },
  {
    expression: 'process',
    only: /^host\/([^/]+\.ts$|(clock|folder|logging|start)\/)|^server\/[^/]+\.ts$|^server\/metrics\/|^server\/[^/]+\/worker[^/]*\.ts$|^storage\/engines\/|\/node-ffi\.ts$/,
  },
  { expression: 'Date.now', only: /^host\/(clock|logging)\/|^storage\/engines\// },
  {
    expression: 'performance.now',
    only: /^host\/([^/]+\.ts$|(backup|witness)\/)|^server\/[^/]+\.ts$|^server\/http\/|^storage\/engines\//,
  },
  { expression: 'Math.random', only: /^$/ },
  { expression: 'globalThis', only: /^$/ },
];

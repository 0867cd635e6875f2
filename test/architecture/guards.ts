/** A package or a module of Node, and the files that may import it. */
export const GUARDED: readonly { readonly module: RegExp; readonly only: RegExp }[] = [
  { module: /^express$/, only: /^server\// },
  { module: /^better-sqlite3$/, only: /^storage\/engines\/sqlite\// },
  { module: /^pg$/, only: /^storage\/engines\/postgres-records\// },
  { module: /^pino$/, only: /^host\/logging\// },
  { module: /^@prometheus-io\/client$/, only: /^metrics\// },
  { module: /^@opentelemetry\//, only: /^server\/tracing\/open-telemetry\.ts$/ },
  { module: /^yaml$/, only: /^host\/(access|settings)\/|^cli\/commands\/watch\// },
  { module: /^node:crypto$/, only: /^entries\/(pki|signatures)\/node-crypto\.ts$|^(storage|log|host|server|cli)\// },
  { module: /^node:ffi$/, only: /^entries\/signatures\/verifiers\/node-ffi\.ts$/ },
  {
    module: /^node:fs(\/promises)?$/,
    only: /^storage\/(engines\/|record-files\/|folders\.ts$)|^host\/([^/]+\.ts$|(access|admin-log|folder|logging|scrub|shards|start|witness)\/)|^server\/[^/]+\.ts$|^server\/pages\/|^cli\/(entry|files|state|log|trust|operate|commands)\//,
  },
  {
    module: /^node:(worker_threads|http|https|child_process)$/,
    only: /^storage\/engines\/|^host\/(backup|keys\/elsewhere|scrub|threads)\/|^server\/|^cli\/(commands|folder-audit|log)\//,
  },
  { module: /^node:(os|net)$/, only: /^storage\/engines\/|^host\/|^server\/|^cli\// },
  { module: /^node:/, only: /^(storage|log|host|server|cli)\/|\/node-(crypto|ffi)\.ts$/ },
];

/** Expressions that depend on the moment or the machine, and the files that may use them. */
export const AMBIENT: readonly { readonly expression: string; readonly only: RegExp }[] = [
  { expression: 'process.env', only: /^host\/environment\.ts$|^cli\/main\.ts$/ },
  {
    expression: 'process',
    only: /^host\/([^/]+\.ts$|(clock|folder|logging|start|threads)\/)|^server\/[^/]+\.ts$|^server\/metrics\/|^server\/[^/]+\/worker[^/]*\.ts$|^storage\/engines\/|\/node-ffi\.ts$|^cli\/(main\.ts$|state\/|commands\/|operate\/)/,
  },
  {
    expression: 'Date.now',
    only: /^web\/memory\.ts$|^host\/(access|admin-log|folder|clock|logging|scrub)\/|^storage\/engines\/|^cli\/commands\//,
  },
  {
    expression: 'performance.now',
    only: /^host\/([^/]+\.ts$|(backup|scrub|shared|witness)\/)|^server\/[^/]+\.ts$|^server\/http\/|^storage\/engines\/|^cli\//,
  },
  { expression: 'Math.random', only: /^$/ },
  { expression: 'globalThis', only: /^$/ },
];

/** The only files that may import a folder of implementations. */
export const COMPOSERS: Readonly<Record<string, readonly string[]>> = {
  'host/environment.ts': ['entries/kinds'],
  'server/compose.ts': ['entries/signatures/verifiers'],
  'host/clock/clock-sync.ts': ['entries/signatures/verifiers'],
  'host/start/genesis.ts': ['entries/kinds', 'entries/signatures/verifiers'],
  'host/shards/shard-folders.ts': ['storage/engines'],
  'host/shared/open-shared.ts': ['storage/engines'],
  'cli/entry/admit.ts': ['entries/kinds', 'entries/signatures/verifiers'],
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

/** Layers that folders beside them may not import: operator commands stand beside the HTTP server, not on it. */
export const BESIDE_MAY_NOT_IMPORT: Readonly<Record<string, readonly string[]>> = {
  scripts: ['server'],
};

/** A package or a module of Node, and the files that may import it. */
export const GUARDED: readonly { readonly module: RegExp; readonly only: RegExp }[] = [
  { module: /^express$/, only: /^server\// },
  { module: /^better-sqlite3$/, only: /^storage\/engines\/sqlite\// },
  { module: /^pino$/, only: /^host\/logging\// },
  { module: /^@prometheus-io\/client$/, only: /^metrics\// },
  { module: /^@opentelemetry\//, only: /^server\/tracing\/open-telemetry\.ts$/ },
  { module: /^yaml$/, only: /^host\/settings\// },
  { module: /^node:crypto$/, only: /^entries\/(pki|signatures)\/node-crypto\.ts$|^(storage|log|host|server|cli)\// },
  { module: /^node:ffi$/, only: /^entries\/signatures\/verifiers\/node-ffi\.ts$/ },
  {
    module: /^node:fs(\/promises)?$/,
    only: /^storage\/(engines\/|record-files\/|folders\.ts$)|^host\/([^/]+\.ts$|(folder|logging|scrub|shards|start|witness)\/)|^server\/[^/]+\.ts$|^server\/pages\/|^cli\/(state|log|trust|commands)\//,
  },
  {
    module: /^node:(worker_threads|http|https|child_process)$/,
    only: /^storage\/engines\/|^host\/(backup|scrub|threads)\/|^server\/|^cli\/commands\//,
  },
  { module: /^node:(os|net)$/, only: /^storage\/engines\/|^host\/|^server\/|^cli\// },
  { module: /^node:/, only: /^(storage|log|host|server|cli)\/|\/node-(crypto|ffi)\.ts$/ },
];

/** Expressions that depend on the moment or the machine, and the files that may use them. */
export const AMBIENT: readonly { readonly expression: string; readonly only: RegExp }[] = [
  { expression: 'process.env', only: /^host\/environment\.ts$|^cli\/main\.ts$/ },
  {
    expression: 'process',
    only: /^host\/([^/]+\.ts$|(clock|folder|logging|start|threads)\/)|^server\/[^/]+\.ts$|^server\/metrics\/|^server\/[^/]+\/worker[^/]*\.ts$|^storage\/engines\/|\/node-ffi\.ts$|^cli\/(main\.ts$|state\/|commands\/)/,
  },
  { expression: 'Date.now', only: /^host\/(clock|logging|scrub)\/|^storage\/engines\/|^cli\/commands\// },
  {
    expression: 'performance.now',
    only: /^host\/([^/]+\.ts$|(backup|scrub|witness)\/)|^server\/[^/]+\.ts$|^server\/http\/|^storage\/engines\/|^cli\//,
  },
  { expression: 'Math.random', only: /^$/ },
  { expression: 'globalThis', only: /^$/ },
];

/** Which room may import which. What is not listed is forbidden; a room may always import itself. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  openapi: [],
  merkle: ['base'],
  checkpoint: ['base', 'merkle'],
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
  storage: ['base', 'merkle', 'entries', 'checkpoint'],
  'storage/engines': ['base', 'merkle', 'entries', 'checkpoint', 'storage'],
  log: ['base', 'merkle', 'checkpoint', 'entries', 'storage'],
  'server/settings': ['base', 'openapi', 'entries'],
  'server/logging': ['base'],
  'server/pages': ['base', 'openapi', 'merkle', 'log', 'server/http'],
  'server/http': ['base', 'openapi', 'merkle', 'checkpoint', 'entries', 'log', 'server/admission', 'server/logging'],
  'server/admission': [
    'base',
    'openapi',
    'merkle',
    'entries',
    'entries/signatures',
    'log',
    'server/http',
    'server/logging',
    'entries/pki',
  ],
  'server/routes': ['base', 'openapi', 'merkle', 'entries', 'log', 'server/http', 'server/admission'],
  server: [
    'base',
    'openapi',
    'merkle',
    'checkpoint',
    'entries',
    'entries/signatures',
    'storage',
    'log',
    'server/settings',
    'server/logging',
    'server/pages',
    'server/http',
    'server/admission',
    'server/routes',
  ],
};

/** Beside the house: these may enter any room, and no room imports them. */
export const BESIDE = ['bench', 'scripts', 'test'];

/** The only files of the house that may name a wing full of implementations. */
export const COMPOSERS: Readonly<Record<string, readonly string[]>> = {
  'server/main.ts': ['entries/kinds', 'storage/engines'],
  'server/start.ts': ['entries/kinds', 'storage/engines'],
  'server/birth.ts': ['entries/kinds', 'entries/signatures/verifiers'],
  'server/admission/tasks.ts': ['entries/kinds', 'entries/signatures/verifiers'],
  'server/admission/wire.ts': ['entries/signatures/verifiers'],
};

/** A package or a module of Node, and the files that may import it. */
export const GUARDED: readonly { readonly module: RegExp; readonly only: RegExp }[] = [
  { module: /^express$/, only: /^server\// },
  { module: /^better-sqlite3$/, only: /^storage\/engines\/sqlite\// },
  { module: /^pino$/, only: /^server\/logging\// },
  { module: /^yaml$/, only: /^server\/settings\// },
  { module: /^node:crypto$/, only: /^entries\/(pki|signatures)\/node-crypto\.ts$|^(storage|log|server)\// },
  { module: /^node:ffi$/, only: /^entries\/signatures\/verifiers\/node-ffi\.ts$/ },
  { module: /^node:fs(\/promises)?$/, only: /^storage\/engines\/|^server\/[^/]+\.ts$|^server\/pages\// },
  { module: /^node:(worker_threads|os|http|https|net|child_process)$/, only: /^storage\/engines\/|^server\// },
  { module: /^node:/, only: /^(storage|log|server)\/|\/node-(crypto|ffi)\.ts$/ },
];

/** What depends on the moment or the machine, and the files that may ask for it. */
export const AMBIENT: readonly { readonly expression: string; readonly only: RegExp }[] = [
  { expression: 'process.env', only: /^server\/main\.ts$/ },
  {
    expression: 'process',
    only: /^server\/[^/]+\.ts$|^server\/[^/]+\/worker[^/]*\.ts$|^storage\/engines\/|\/node-ffi\.ts$/,
  },
  { expression: 'Date.now', only: /^server\/[^/]+\.ts$|^storage\/engines\// },
  { expression: 'performance.now', only: /^server\/[^/]+\.ts$|^server\/http\// },
  { expression: 'Math.random', only: /^$/ },
  { expression: 'globalThis', only: /^$/ },
];

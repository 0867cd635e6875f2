/**
 * The command `stele` as it is typed where this code runs, for sentences that tell an operator what to type. A checkout is
 * TypeScript, in the package it is JavaScript.
 */
export const STELE = import.meta.url.endsWith('.ts') ? 'npm run -s stele --' : 'stele';

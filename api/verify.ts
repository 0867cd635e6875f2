/*
 * The module `stele/verify`: checks of everything that a transparency log says. Functions of values, for Node and for browsers: no
 * network, no clock, no files. Each returns a verdict, `{ holds: true, … }` or `{ holds: false, reason }`; nothing holds
 * because something is missing.
 */

export type { Refusal, Verdict } from '../base/verdict.ts';
export type { Opened } from '../client/judge.ts';
export type { Bytes } from './bytes.ts';
export type { Trust } from './trust.ts';
export { type ConsistencyClaim, type Head, type InclusionClaim, verifyConsistency, verifyInclusion } from './tree.ts';
export {
  type CosignedHead,
  type OpenedHead,
  type OpenedNote,
  openNote,
  type ProvenIndex,
  verifyCheckpoint,
  verifyCosignatures,
  verifyTlogProof,
} from './notes.ts';
export { type BundleOptions, type VerifiedBundle, type VerifiedEntry, verifyBundle } from './bundle.ts';
export { type LoggedEntry, type Promised, verifyLogEntry, verifyRekorEntry, verifySet } from './entries.ts';

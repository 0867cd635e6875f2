import type { ClientIdentity } from '../../log/client-identity.ts';
import type { TrustedHead, TrustedKey } from '../../../client/trusted-keys.ts';
import type { LeafRange } from '../../../merkle/types.ts';

/* Messages to and from the threads of a full audit. */

interface SharedSettings {
  /** As it was given: it may hold a password. */
  readonly address: string;
  /** Without one. */
  readonly base: string;
  /** Milliseconds that one answer may take. */
  readonly timeout: number;
  /** Of every request: a private log asks for a token. */
  readonly headers: Readonly<Record<string, string>>;
  /** Client certificate for the log. */
  readonly identity: ClientIdentity | undefined;
  readonly keys: readonly TrustedKey[];
  /** Of the tree that is read. */
  readonly head: TrustedHead;
}

/** Start data of a thread: the tree that it reads, and where. */
export type ScanSettings =
  /** `prefix` is the path below which the tiles are. */
  | ({ readonly what: 'tiles'; readonly prefix: string } & SharedSettings)
  /** By the API of Rekor v1; `offset` is the virtual index of the first entry. */
  | ({ readonly what: 'entries'; readonly offset: number } & SharedSettings);

/** Entries that a thread takes at once. */
export type ScanUnit = LeafRange;

export type ScanOutcome =
  | { readonly ok: true; readonly heads: readonly TrustedHead[] }
  /** A failure by its code, or an error that is none. */
  | { readonly ok: false; readonly code: string | undefined; readonly message: string };

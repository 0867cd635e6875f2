import type { TreeHead } from '../merkle/types.ts';

/** Identity of the log. Written once, before its first entry, and never changed. */
export interface LogIdentity {
  /** Rekor's tree id: a positive int64 in decimal. */
  readonly treeId: string;
  /** Host name that signs heads. */
  readonly origin: string;
  /** SHA-256 of the SubjectPublicKeyInfo of the `rekor` key: 64 hex digits. */
  readonly logId: string;
  /** The same of the `c2sp` key. */
  readonly c2spKeyId: string;
  /** Those keys: PEM `PUBLIC KEY`, so that a log that ended is read without its private keys. Undefined where nobody wrote them down yet. */
  readonly publicKeys: { readonly rekor: string; readonly c2sp: string } | undefined;
  /** Sum of the sizes of the shards before this one. */
  readonly offset: number;
  /** Seconds since the Unix epoch. */
  readonly created: number;
}

/** The database of a data folder, before anything is opened to be written. */
export type FoundDatabase =
  /** No file. */
  | { readonly state: 'missing' }
  /** A file in which no log has begun: the start that made it was cut short, or the copy was. */
  | { readonly state: 'empty' }
  | {
      readonly state: 'log';
      readonly identity: LogIdentity;
      readonly head: TreeHead | undefined;
      /** Whether the log has ended. */
      readonly frozen: boolean;
    };

/** The identity of the log. */
export interface IdentityStore {
  /** Undefined until `create`. */
  identity(): Promise<LogIdentity | undefined>;
  /** Durable once resolved. @throws if there is one already */
  create(identity: LogIdentity): Promise<void>;
  /** Writes down the public keys of a log that was made without them. */
  keepKeys(keys: NonNullable<LogIdentity['publicKeys']>): Promise<void>;
}

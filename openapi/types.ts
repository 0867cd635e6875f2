/* Made by scripts/build-openapi.ts. */

export interface paths {
    readonly "/api/v1/log/entries": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read an entry by its index */
        readonly get: operations["getLogEntryByIndex"];
        readonly put?: never;
        /**
         * Add an entry
         * @description Checks every signature in the entry, makes its canonical form, logs it, and answers once it is durable and under a signed
         *     head. The answer already holds the proof that the log has it.
         *
         *     Two entries are the same if their canonical bodies are. The second is refused with `409`, and `Location` names the first.
         */
        readonly post: operations["createLogEntry"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/log/entries/{entryUUID}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read an entry by its id */
        readonly get: operations["getLogEntryByUUID"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/log/entries/retrieve": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Read several entries at once
         * @description By id, by index, or by the entry itself as proposed. What the log does not hold is left out; if it holds none of it, the
         *     answer is `[]`. Order: 80-digit ids, 64-digit ids, entries, indexes, each as asked for. At most 10 together, unless the
         *     operator allows more.
         */
        readonly post: operations["searchLogQuery"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/log": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Size, root and signed head of the log */
        readonly get: operations["getLogInfo"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/log/publicKey": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The key that signs for the log */
        readonly get: operations["getPublicKey"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/log/proof": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Proof that an older log is a prefix of a newer one
         * @description RFC 9162 section 2.1.4. **`rootHash` is the root of the log as it is now**, not the one at `lastSize`: ask up to the size of
         *     a head that you hold, and compare with its root.
         */
        readonly get: operations["getLogProof"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v1/index/retrieve": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Find entries by hash, identity or key
         * @description Ids of the entries that any given member leads to, or, with `"operator": "and"`, every one. In log order, without repetition.
         *
         *     Without query parameters the answer is complete; if it would be longer than the operator allows (10,000 unless set), it is
         *     a `400` that says how to page, as it is if the search takes longer than one request may. With `limit` or `after` the answer is
         *     one page, which may have fewer ids than `limit`, or none, and is not the last one as long as `X-Stele-Next-After` is there. The
         *     parameters are not Rekor's.
         */
        readonly post: operations["searchIndex"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/ping": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Is it there, as Rekor's probes ask */
        readonly get: operations["ping"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/healthz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Is the process alive */
        readonly get: operations["alive"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/readyz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Can it take and answer requests */
        readonly get: operations["ready"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v2/log/entries": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Add an entry, as Rekor v2
         * @description Proto3 JSON of dev.sigstore.rekor.v2.CreateEntryRequest, whatever the `Content-Type`: names in lowerCamelCase or
         *     snake_case, unknown and repeated members refused, what follows the first JSON value ignored. The answer is made from
         *     the commit that logged the entry.
         */
        readonly post: operations["createEntry"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v2/checkpoint": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The newest head, as a signed note */
        readonly get: operations["getCheckpoint"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/checkpoint": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The newest head, as a signed note */
        readonly get: operations["getCheckpointFile"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v2/tile/{index}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * A row of hashes
         * @description `<level>/<index>`, or `<level>/<index>.p/<width>` for the first `width` hashes of one that is not full: level 0 to 63,
         *     index in groups of three digits, all but the last with an `x` in front (`x001/x234/067`), width 1 to 255. Only the one
         *     path that a tile has is answered, and only what the published head covers.
         */
        readonly get: operations["getTile"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/tile/{index}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** A row of hashes */
        readonly get: operations["getTileFile"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v2/tile/entries/{index}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The bodies of up to 256 entries
         * @description Each with its length in front, 2 bytes, big-endian. In gzip if `Accept-Encoding` allows it and the bundle is kept so.
         */
        readonly get: operations["getEntryBundle"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/tile/entries/{index}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The bodies of up to 256 entries */
        readonly get: operations["getEntryBundleFile"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v2/log/publicKey": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The Ed25519 key that signs checkpoints */
        readonly get: operations["getTilePublicKey"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/vkey": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** That key as a verifier key (c2sp.org/signed-note) */
        readonly get: operations["getVkey"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v2/log/heads": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Every head up to the published one, the newest first */
        readonly get: operations["listHeads"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/v2/log/proof/{entry}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Proof that the log has an entry, as a file that stands on its own
         * @description c2sp.org/tlog-proof. The entry by its index in the tree, or by its leaf hash in hex.
         */
        readonly get: operations["getTlogProof"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/.well-known/stele.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Names, keys, paths and limits of this log */
        readonly get: operations["getDiscovery"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/trusted_root.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The keys of this log as Sigstore's clients read them
         * @description dev.sigstore.trustroot.v1.TrustedRoot, version 0.1: the keys of all shards and of each API that is open, with the times
         *     in which they sign. Taken from the log itself it is no proof of who the log is.
         */
        readonly get: operations["getTrustedRoot"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/signing_config.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The addresses of this log as Sigstore's clients read them
         * @description dev.sigstore.trustroot.v1.SigningConfig, version 0.2. It names the log and nothing beside it: `stele signing-config`
         *     writes one that names a Fulcio and a timestamp authority, too.
         */
        readonly get: operations["getSigningConfig"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/add-checkpoint": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Ask this server's witness to cosign another log's head
         * @description c2sp.org/tlog-witness. Only logs that the operator has named are known.
         */
        readonly post: operations["addCheckpoint"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/witness/{log}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The newest head of a log that this server's witness has cosigned */
        readonly get: operations["getWitnessedCheckpoint"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description SHA-256 in hex */
        readonly Hash: string;
        /** @description Tree id (16 hex digits) and leaf hash (64) */
        readonly EntryId: string;
        /** @description Padded, RFC 4648 section 4 */
        readonly Base64: string;
        /** @description Signed note over origin, size and root, with one signature */
        readonly Checkpoint: string;
        readonly Error: {
            /** @description The HTTP status, or 601 to 612 where that is 422 */
            readonly code: number;
            readonly message: string;
        };
        /** @description An object with one member, which is named by the entry's id */
        readonly LogEntry: {
            readonly [key: string]: components["schemas"]["LogEntryValue"];
        };
        readonly LogEntryValue: {
            /** @description What an in-toto entry attests to, where the log keeps it */
            readonly attestation?: {
                readonly data: components["schemas"]["Base64"];
            };
            readonly body: components["schemas"]["Base64"];
            /**
             * Format: int64
             * @description Seconds since the Unix epoch
             */
            readonly integratedTime: number;
            readonly logID: components["schemas"]["Hash"];
            /**
             * Format: int64
             * @description Place in the whole log
             */
            readonly logIndex: number;
            readonly verification: {
                readonly inclusionProof: components["schemas"]["InclusionProof"];
                /** @description Absent from entries that were imported from a log of Rekor v2 or of tiles, which signs none */
                readonly signedEntryTimestamp?: components["schemas"]["Base64"];
            };
        };
        /** @description RFC 9162 section 2.1.3 */
        readonly InclusionProof: {
            readonly checkpoint: components["schemas"]["Checkpoint"];
            readonly hashes: readonly components["schemas"]["Hash"][];
            /**
             * Format: int64
             * @description Place in its tree
             */
            readonly logIndex: number;
            readonly rootHash: components["schemas"]["Hash"];
            /** Format: int64 */
            readonly treeSize: number;
        };
        readonly LogInfo: {
            /** @description The trees that have ended, oldest first; null if there are none */
            readonly inactiveShards: null | readonly components["schemas"]["ShardInfo"][];
            readonly rootHash: components["schemas"]["Hash"];
            readonly signedTreeHead: components["schemas"]["Checkpoint"];
            readonly treeID: string;
            /** Format: int64 */
            readonly treeSize: number;
        };
        readonly ShardInfo: {
            readonly rootHash: components["schemas"]["Hash"];
            readonly signedTreeHead: components["schemas"]["Checkpoint"];
            readonly treeID: string;
            /** Format: int64 */
            readonly treeSize: number;
        };
        readonly ConsistencyProof: {
            readonly hashes: readonly components["schemas"]["Hash"][];
            readonly rootHash: components["schemas"]["Hash"];
        };
        readonly SearchLogQuery: {
            readonly entryUUIDs?: readonly string[];
            readonly logIndexes?: readonly number[];
            /** @description Their signatures are checked */
            readonly entries?: readonly components["schemas"]["ProposedEntry"][];
        };
        readonly SearchIndex: {
            /** @description Of an artifact, an envelope or a payload. A digest without a prefix gets one by its length. */
            readonly hash?: string;
            /** @description Finds entries of kinds that index keys without a prefix, such as hashedrekord */
            readonly publicKey?: {
                /** @enum {string} */
                readonly format: "pgp" | "x509" | "minisign" | "ssh" | "tuf";
                readonly content?: components["schemas"]["Base64"];
            };
            /** Format: email */
            readonly email?: string;
            /** @description A subject alternative name, such as the URI of a workflow */
            readonly subject?: string;
            /**
             * @default or
             * @enum {string}
             */
            readonly operator: "and" | "or";
        };
        readonly Readiness: {
            readonly ready: boolean;
            readonly checks: {
                readonly [key: string]: string;
            };
            /** @description This machine among those that share the log; left out for a log of one machine */
            readonly shared?: {
                /** @enum {string} */
                readonly role: "leader" | "follower";
                /**
                 * Format: int64
                 * @description Records of the shared list that this machine has
                 */
                readonly record: number;
                /**
                 * Format: int64
                 * @description Seconds since it knew that it had all of them
                 */
                readonly behind: number;
            };
            /**
             * Format: int64
             * @description Lines of the server's own log that could not be written, if there are any. Says nothing of whether it is ready.
             */
            readonly droppedLogLines?: number;
            /**
             * Format: int64
             * @description Times since the start that a read failed because what is stored is damaged, if there were any. Says nothing of whether it is ready.
             */
            readonly damagedReads?: number;
            /** @description What each witness of the policy said last */
            readonly witnesses?: readonly {
                readonly name: string;
                /**
                 * Format: int64
                 * @description Of the largest tree that it has cosigned
                 */
                readonly size?: number;
                /** @description `ok`, or what was wrong with its last answer */
                readonly state: string;
            }[];
        };
        /** @description Signed note over origin, size and root; the log's own signature first, then those of witnesses */
        readonly TileNote: string;
        /** @description An int64 */
        readonly Digits: string;
        readonly Sha256Base64: string;
        /** @description google.rpc.Status */
        readonly Status: {
            /** @description google.rpc.Code */
            readonly code: number;
            readonly message: string;
            readonly details: readonly unknown[];
        };
        /** @description dev.sigstore.rekor.v1.TransparencyLogEntry */
        readonly TransparencyLogEntry: {
            readonly logIndex: components["schemas"]["Digits"];
            readonly logId: {
                readonly keyId: components["schemas"]["Sha256Base64"];
            };
            readonly kindVersion: {
                readonly kind: string;
                readonly version: string;
            };
            /**
             * @description Rekor v2 tells no time
             * @constant
             */
            readonly integratedTime: "0";
            readonly inclusionPromise: null;
            readonly inclusionProof: {
                readonly logIndex: components["schemas"]["Digits"];
                readonly rootHash: components["schemas"]["Sha256Base64"];
                readonly treeSize: components["schemas"]["Digits"];
                readonly hashes: readonly components["schemas"]["Sha256Base64"][];
                readonly checkpoint: {
                    readonly envelope: components["schemas"]["TileNote"];
                };
            };
            readonly canonicalizedBody: components["schemas"]["Base64"];
        };
        readonly HeadPage: {
            readonly heads: readonly {
                /** Format: int64 */
                readonly treeSize: number;
                readonly rootHash: components["schemas"]["Sha256Base64"];
                /**
                 * Format: int64
                 * @description Seconds since the Unix epoch
                 */
                readonly time: number;
                readonly rekorV1: components["schemas"]["Checkpoint"];
                readonly note?: components["schemas"]["TileNote"];
            }[];
            /**
             * Format: int64
             * @description There may be more; send this as `below`
             */
            readonly nextBelow?: number;
        };
        readonly ValidFor: {
            /** Format: date-time */
            readonly start: string;
            /** Format: date-time */
            readonly end?: string;
        };
        /** @description dev.sigstore.trustroot.v1.TrustedRoot */
        readonly TrustedRoot: {
            /** @constant */
            readonly mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1";
            readonly tlogs: readonly {
                /** @description Its host is the name that the key signs as */
                readonly baseUrl: string;
                /** @constant */
                readonly hashAlgorithm: "SHA2_256";
                readonly publicKey: {
                    /** @description SubjectPublicKeyInfo in DER */
                    readonly rawBytes: string;
                    readonly keyDetails: string;
                    readonly validFor: components["schemas"]["ValidFor"];
                };
                readonly logId: {
                    readonly keyId: components["schemas"]["Sha256Base64"];
                };
            }[];
            readonly certificateAuthorities: readonly unknown[];
            readonly ctlogs: readonly unknown[];
            readonly timestampAuthorities: readonly unknown[];
        };
        /** @description dev.sigstore.trustroot.v1.SigningConfig */
        readonly SigningConfig: {
            /** @constant */
            readonly mediaType: "application/vnd.dev.sigstore.signingconfig.v0.2+json";
            readonly caUrls: readonly unknown[];
            readonly oidcUrls: readonly unknown[];
            readonly rekorTlogUrls: readonly {
                /** @description In front of `/api/v1` or `/api/v2` */
                readonly url: string;
                /** @enum {unknown} */
                readonly majorApiVersion: 1 | 2;
                readonly validFor: components["schemas"]["ValidFor"];
                readonly operator: string;
            }[];
            readonly rekorTlogConfig: {
                /** @constant */
                readonly selector: "ANY";
            };
            readonly tsaUrls: readonly unknown[];
        };
        readonly Discovery: {
            readonly faces: readonly ("v1" | "v2")[];
            readonly url?: string;
            /** @description Path of the trusted root */
            readonly trustedRoot: string;
            /** @description Path of the signing config */
            readonly signingConfig: string;
            /** @description Oldest first; the last one takes entries, unless it is frozen */
            readonly shards: readonly {
                /**
                 * Format: int64
                 * @description Seconds since the Unix epoch, an hour before the first entry
                 */
                readonly begins: number;
                readonly v1?: {
                    readonly origin: string;
                    readonly treeID: string;
                    readonly logID: components["schemas"]["Hash"];
                    readonly publicKey: string;
                    /** @description In front of `/log/entries` and the rest of Rekor v1 */
                    readonly path: string;
                };
                readonly v2?: {
                    readonly origin: string;
                    readonly vkey: string;
                    readonly publicKey: string;
                    /** @description In front of `/log/entries`, `/checkpoint` and `/tile/` */
                    readonly path: string;
                    /** @description The other prefix that checkpoint and tiles are read at */
                    readonly tilePath: string;
                };
                /**
                 * Format: int64
                 * @description Index in the whole log of the shard's entry 0
                 */
                readonly offset: number;
                /** Format: int64 */
                readonly treeSize: number;
                /**
                 * Format: int64
                 * @description Seconds since the Unix epoch
                 */
                readonly frozen?: number;
            }[];
            readonly limits: {
                /** @description Bytes of a request to v1, if it is open */
                readonly v1RequestBody?: number;
                /** @description Bytes of a request to v2, if it is open */
                readonly v2RequestBody?: number;
                /** @description Bytes of an entry as the log holds it */
                readonly canonicalBody: number;
                /** @description Heads, or hits of a search, on a page */
                readonly page: number;
            };
            readonly witness?: {
                readonly vkey: string;
                /** @description In front of `/add-checkpoint` */
                readonly submissionPath: string;
                /** @description In front of the hash of a log's origin and `/checkpoint` */
                readonly monitoringPath: string;
            };
        };
        readonly ProposedEntry: components["schemas"]["hashedrekord-0.0.1"] | components["schemas"]["intoto-0.0.1"] | components["schemas"]["intoto-0.0.2"] | components["schemas"]["dsse-0.0.1"];
        /** hashedrekord 0.0.1 */
        readonly "hashedrekord-0.0.1": {
            /** @constant */
            readonly kind: "hashedrekord";
            /** @constant */
            readonly apiVersion: "0.0.1";
            readonly spec: {
                readonly data: {
                    readonly hash: {
                        /** @enum {unknown} */
                        readonly algorithm: "sha256" | "sha384" | "sha512";
                        /** @description Hexadecimal */
                        readonly value: string;
                    };
                };
                readonly signature: {
                    /** @description RFC 4648 §4, padded */
                    readonly content: string;
                    readonly publicKey: {
                        /** @description Base64 of PEM text: a public key, a certificate, or a chain of at most 10 certificates, leaf first */
                        readonly content: string;
                    };
                };
            };
        };
        /** intoto 0.0.1 */
        readonly "intoto-0.0.1": {
            /** @constant */
            readonly kind: "intoto";
            /** @constant */
            readonly apiVersion: "0.0.1";
            readonly spec: {
                readonly content: {
                    /** @description A DSSE envelope in JSON; its hash is of this text */
                    readonly envelope: string;
                };
                /** @description Base64 of PEM text: a public key, a certificate, or a chain of at most 10 certificates, leaf first */
                readonly publicKey: string;
            };
        };
        /** intoto 0.0.2 */
        readonly "intoto-0.0.2": {
            /** @constant */
            readonly kind: "intoto";
            /** @constant */
            readonly apiVersion: "0.0.2";
            readonly spec: {
                readonly content: {
                    readonly envelope: {
                        /** @description Base64 of the base64 text of the payload */
                        readonly payload: string;
                        readonly payloadType: string;
                        readonly signatures: readonly {
                            readonly keyid?: string;
                            /** @description Base64 of the base64 text of the signature */
                            readonly sig: string;
                            /** @description Base64 of PEM text: a public key, a certificate, or a chain of at most 10 certificates, leaf first */
                            readonly publicKey: string;
                        }[];
                    };
                    readonly hash: {
                        /** @enum {unknown} */
                        readonly algorithm: "sha256";
                        /** @description Hexadecimal */
                        readonly value: string;
                    };
                };
            };
        };
        /** dsse 0.0.1 */
        readonly "dsse-0.0.1": {
            /** @constant */
            readonly kind: "dsse";
            /** @constant */
            readonly apiVersion: "0.0.1";
            readonly spec: {
                readonly proposedContent: {
                    /** @description A DSSE envelope in JSON; its hash is of this text */
                    readonly envelope: string;
                    readonly verifiers: readonly string[];
                };
            };
        };
        readonly CreateEntryRequest: {
            readonly hashedRekordRequestV002?: {
                /** @description RFC 4648 §4 or §5, with or without padding */
                readonly digest: string;
                readonly signature: {
                    /** @description RFC 4648 §4 or §5, with or without padding */
                    readonly content: string;
                    readonly verifier: {
                        /** @description SubjectPublicKeyInfo in DER */
                        readonly publicKey?: {
                            /** @description RFC 4648 §4 or §5, with or without padding */
                            readonly rawBytes: string;
                        };
                        /** @description One certificate in DER */
                        readonly x509Certificate?: {
                            /** @description RFC 4648 §4 or §5, with or without padding */
                            readonly rawBytes: string;
                        };
                        /** @description A name of sigstore.common.v1.PublicKeyDetails, or its number */
                        readonly keyDetails: string | number;
                    } & (unknown | unknown);
                };
            };
            readonly dsseRequestV002?: {
                readonly envelope: {
                    /** @description RFC 4648 §4 or §5, with or without padding */
                    readonly payload?: string;
                    readonly payloadType?: string;
                    readonly signatures: readonly {
                        /** @description RFC 4648 §4 or §5, with or without padding */
                        readonly sig: string;
                        /** @description Not looked at */
                        readonly keyid?: string;
                    }[];
                };
                readonly verifiers: readonly ({
                    /** @description SubjectPublicKeyInfo in DER */
                    readonly publicKey?: {
                        /** @description RFC 4648 §4 or §5, with or without padding */
                        readonly rawBytes: string;
                    };
                    /** @description One certificate in DER */
                    readonly x509Certificate?: {
                        /** @description RFC 4648 §4 or §5, with or without padding */
                        readonly rawBytes: string;
                    };
                    /** @description A name of sigstore.common.v1.PublicKeyDetails, or its number */
                    readonly keyDetails: string | number;
                } & (unknown | unknown))[];
            };
        };
    };
    responses: {
        /** @description The entry, with its proof under the newest head, and its attestation if there is one */
        readonly Entry: {
            headers: {
                readonly "Cache-Control": components["headers"]["NeverCache"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["LogEntry"];
            };
        };
        /** @description The log holds no such entry. No body. */
        readonly NoEntry: {
            headers: {
                readonly "Cache-Control": components["headers"]["NeverCache"];
                readonly [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The request cannot be read, or what it says does not hold */
        readonly BadContent: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": 400,
                 *       "message": "error processing entry: verifying signature: invalid signature when validating ASN.1 encoded signature"
                 *     }
                 */
                readonly "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The operation has none of the media types that `Accept` asks for */
        readonly NotAcceptable: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": 406,
                 *       "message": "unsupported media type requested, only [application/json] are available"
                 *     }
                 */
                readonly "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The body came too slowly, and the connection is closed */
        readonly TooSlow: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": 408,
                 *       "message": "the request body came too slowly"
                 *     }
                 */
                readonly "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The body, or the canonical form of the entry in it, is longer than the log takes */
        readonly TooLarge: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": 413,
                 *       "message": "Request Entity Too Large. Limit set to 33554432"
                 *     }
                 */
                readonly "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The body is not said to be JSON */
        readonly UnsupportedMediaType: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": 415,
                 *       "message": "unsupported media type \"text/plain\", only [application/json] are allowed"
                 *     }
                 */
                readonly "application/json": components["schemas"]["Error"];
            };
        };
        /** @description A parameter or member does not meet its description. `code` says how, from 601 on, where `status` is 422. */
        readonly Unprocessable: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": 602,
                 *       "message": "logIndex in query is required"
                 *     }
                 */
                readonly "application/json": components["schemas"]["Error"];
            };
        };
        /** @description A fault of the server. It has been reported. */
        readonly Internal: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": 500,
                 *       "message": "Unknown error"
                 *     }
                 */
                readonly "application/json": components["schemas"]["Error"];
            };
        };
        /** @description This server only reads the log. Another one may write it. */
        readonly ReadOnly: {
            headers: {
                readonly Allow: "GET";
                readonly [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": 405,
                 *       "message": "this server only reads the log: send entries to the one that writes it"
                 *     }
                 */
                readonly "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The operator has disabled the operation */
        readonly NotEnabled: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": 501,
                 *       "message": "Create Entry API not enabled in this Rekor instance"
                 *     }
                 */
                readonly "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Too much is waiting, or the log takes no entries for now. Nothing of the request was kept. */
        readonly Busy: {
            headers: {
                readonly "Retry-After": components["headers"]["RetryAfter"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The log is private, and needs a credential with the right that the operation names, or does not take the one it got */
        readonly Unauthenticated: {
            headers: {
                readonly "WWW-Authenticate": string;
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The credential lacks the right, which the text names */
        readonly Forbidden: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The log is private, and needs a credential with the right that the operation names, or does not take the one it got */
        readonly StatusUnauthenticated: {
            headers: {
                readonly "WWW-Authenticate": string;
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["Status"];
            };
        };
        /** @description The principal, or an identity in the entry, has submitted as much as its quota lets it for now */
        readonly TooMany: {
            headers: {
                readonly "Retry-After": string;
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The principal, or an identity in the entry, has submitted as much as its quota lets it for now */
        readonly StatusTooMany: {
            headers: {
                readonly "Retry-After": string;
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["Status"];
            };
        };
        /** @description The credential lacks the right, which the text names */
        readonly StatusForbidden: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": components["schemas"]["Status"];
            };
        };
        /** @description The log is private, and needs a credential with the right that the operation names, or does not take the one it got */
        readonly TextUnauthenticated: {
            headers: {
                readonly "WWW-Authenticate": string;
                readonly [name: string]: unknown;
            };
            content: {
                readonly "text/plain; charset=utf-8": string;
            };
        };
        /** @description The credential lacks the right, which the text names */
        readonly TextForbidden: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "text/plain; charset=utf-8": string;
            };
        };
        /** @description Try again after `Retry-After` seconds */
        readonly TextBusy: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                readonly "text/plain; charset=utf-8": string;
            };
        };
        /** @description The note, with all its signatures */
        readonly Note: {
            headers: {
                readonly ETag: string;
                readonly "Cache-Control": string;
                readonly [name: string]: unknown;
            };
            content: {
                readonly "text/plain; charset=utf-8": components["schemas"]["TileNote"];
            };
        };
        /** @description The range that was asked for */
        readonly PartOfText: {
            headers: {
                readonly "Content-Range": string;
                readonly [name: string]: unknown;
            };
            content: {
                readonly "text/plain; charset=utf-8": string;
            };
        };
        /** @description The file */
        readonly Bytes: {
            headers: {
                readonly ETag: string;
                readonly "Cache-Control": string;
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/octet-stream": unknown;
            };
        };
        /** @description The range that was asked for */
        readonly PartOfBytes: {
            headers: {
                readonly "Content-Range": string;
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/octet-stream": unknown;
            };
        };
        /** @description What the reader has is what there is */
        readonly NotModified: {
            headers: {
                readonly [name: string]: unknown;
            };
            content?: never;
        };
        /** @description There is no such thing, or not yet */
        readonly NotThere: {
            headers: {
                readonly [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The file is shorter */
        readonly NoSuchRange: {
            headers: {
                readonly "Content-Range": string;
                readonly [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The request cannot be read, or what it says does not hold */
        readonly StatusInvalid: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": 3,
                 *       "message": "invalid type, must be hashedrekord",
                 *       "details": []
                 *     }
                 */
                readonly "application/json": components["schemas"]["Status"];
            };
        };
        /** @description The log has no such entry, or shows it under no head yet */
        readonly StatusNotFound: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": 5,
                 *       "message": "the log has no entry 735",
                 *       "details": []
                 *     }
                 */
                readonly "application/json": components["schemas"]["Status"];
            };
        };
        /** @description A fault of the server. It has been reported. */
        readonly StatusInternal: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": 13,
                 *       "message": "internal server error",
                 *       "details": []
                 *     }
                 */
                readonly "application/json": components["schemas"]["Status"];
            };
        };
        /** @description The body came too slowly, and the connection is closed */
        readonly StatusTooSlow: {
            headers: {
                readonly [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": 4,
                 *       "message": "the request body came too slowly",
                 *       "details": []
                 *     }
                 */
                readonly "application/json": components["schemas"]["Status"];
            };
        };
        /** @description Too much is waiting, the log takes no entries for now, or witnesses keep back their word */
        readonly StatusUnavailable: {
            headers: {
                readonly "Retry-After": components["headers"]["RetryAfter"];
                readonly [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "code": 14,
                 *       "message": "reached max pushback; retry",
                 *       "details": []
                 *     }
                 */
                readonly "application/json": components["schemas"]["Status"];
            };
        };
    };
    parameters: {
        /** @description Tree to answer for, in decimal (`1193050959916656506`); the active one unless given */
        readonly TreeId: string;
    };
    requestBodies: never;
    headers: {
        /** @description Path of the entry. No scheme and no host; the request's query is kept, but for `apiKey`. */
        readonly Location: string;
        /** @description The answer may be another one tomorrow */
        readonly NeverCache: "no-cache, no-store, no-transform, must-revalidate, private, max-age=0";
        /** @description Seconds */
        readonly RetryAfter: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly getLogEntryByIndex: {
        readonly parameters: {
            readonly query: {
                /**
                 * @description Place in the whole log, counted from 0 over all its trees
                 * @example 0
                 */
                readonly logIndex: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: components["responses"]["Entry"];
            readonly 401: components["responses"]["Unauthenticated"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NoEntry"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 422: components["responses"]["Unprocessable"];
            readonly 500: components["responses"]["Internal"];
            readonly 501: components["responses"]["NotEnabled"];
            readonly 503: components["responses"]["Busy"];
        };
    };
    readonly createLogEntry: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "kind": "hashedrekord",
                 *       "apiVersion": "0.0.1",
                 *       "spec": {
                 *         "data": {
                 *           "hash": {
                 *             "algorithm": "sha256",
                 *             "value": "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
                 *           }
                 *         },
                 *         "signature": {
                 *           "content": "MEUCIB670XsvZAL/+Jd3P1SQCYrDblPOJ5qJ+scED0LhwUcdAiEAqQ3Inq6wUxLMf+RVMX2PQmUorq5an4omT8jFETE7TgA=",
                 *           "publicKey": {
                 *             "content": "LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUZrd0V3WUhLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FFS0pqZVYrYU4wQWd6bUtPTWJKVnpjNFpFSE5LNgp1VUpUbzU5RkxvdUFldzVXbHdla0xyV05ackFIU2NmWmlBZVMwR1lYcVhpUHZ3cTVaQlFmdWs5VTR3PT0KLS0tLS1FTkQgUFVCTElDIEtFWS0tLS0tCg=="
                 *           }
                 *         }
                 *       }
                 *     }
                 */
                readonly "application/json": components["schemas"]["ProposedEntry"];
            };
        };
        readonly responses: {
            /** @description The entry as logged, without attestation */
            readonly 201: {
                headers: {
                    /** @description Entry id, without quotes; it is the one key of the body */
                    readonly ETag: components["schemas"]["EntryId"];
                    readonly Location: components["headers"]["Location"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["LogEntry"];
                };
            };
            readonly 400: components["responses"]["BadContent"];
            readonly 401: components["responses"]["Unauthenticated"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 405: components["responses"]["ReadOnly"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 408: components["responses"]["TooSlow"];
            /** @description The log has this entry already */
            readonly 409: {
                headers: {
                    readonly Location: components["headers"]["Location"];
                    readonly [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": 409,
                     *       "message": "an equivalent entry already exists in the transparency log with UUID 108e9186e8c5677a248a10339658f2215fae36b8305b6543df96927cd6c9dad7f249acfe88ae2506"
                     *     }
                     */
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            readonly 413: components["responses"]["TooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 422: components["responses"]["Unprocessable"];
            readonly 429: components["responses"]["TooMany"];
            readonly 500: components["responses"]["Internal"];
            readonly 501: components["responses"]["NotEnabled"];
            readonly 503: components["responses"]["Busy"];
        };
    };
    readonly getLogEntryByUUID: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /**
                 * @description Leaf hash (64 hex digits), or tree id and leaf hash (80). Either case.
                 * @example 248a10339658f2215fae36b8305b6543df96927cd6c9dad7f249acfe88ae2506
                 */
                readonly entryUUID: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: components["responses"]["Entry"];
            readonly 400: components["responses"]["BadContent"];
            readonly 401: components["responses"]["Unauthenticated"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NoEntry"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 422: components["responses"]["Unprocessable"];
            readonly 500: components["responses"]["Internal"];
            readonly 501: components["responses"]["NotEnabled"];
            readonly 503: components["responses"]["Busy"];
        };
    };
    readonly searchLogQuery: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "logIndexes": [
                 *         0
                 *       ]
                 *     }
                 */
                readonly "application/json": components["schemas"]["SearchLogQuery"];
            };
        };
        readonly responses: {
            /** @description The entries that the log holds */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": readonly components["schemas"]["LogEntry"][];
                };
            };
            readonly 400: components["responses"]["BadContent"];
            readonly 401: components["responses"]["Unauthenticated"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 408: components["responses"]["TooSlow"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 422: components["responses"]["Unprocessable"];
            readonly 500: components["responses"]["Internal"];
            readonly 501: components["responses"]["NotEnabled"];
            readonly 503: components["responses"]["Busy"];
        };
    };
    readonly getLogInfo: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The newest head */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["NeverCache"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["LogInfo"];
                };
            };
            readonly 401: components["responses"]["Unauthenticated"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 500: components["responses"]["Internal"];
            /** @description The operator has disabled the operation. As in Rekor, the body is a bare string. */
            readonly 501: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    /** @example operation tlog.GetLogInfo has not yet been implemented */
                    readonly "application/json": string;
                };
            };
            readonly 503: components["responses"]["Busy"];
        };
    };
    readonly getPublicKey: {
        readonly parameters: {
            readonly query?: {
                /** @description Tree to answer for, in decimal (`1193050959916656506`); the active one unless given */
                readonly treeID?: components["parameters"]["TreeId"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description PEM, `PUBLIC KEY`, with a final newline */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["NeverCache"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/x-pem-file": string;
                    readonly "application/json": string;
                };
            };
            /** @description There is no such tree */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/x-pem-file": string;
                    /**
                     * @example {
                     *       "code": 400,
                     *       "message": "Bad Request"
                     *     }
                     */
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 422: components["responses"]["Unprocessable"];
            readonly 500: components["responses"]["Internal"];
            /** @description The operator has disabled the operation */
            readonly 501: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/x-pem-file": string;
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            readonly 503: components["responses"]["Busy"];
        };
    };
    readonly getLogProof: {
        readonly parameters: {
            readonly query: {
                /** @description Size of the older tree */
                readonly firstSize?: number;
                /**
                 * @description Size of the newer tree; not more than the log's size
                 * @example 1
                 */
                readonly lastSize: number;
                /** @description Tree to answer for, in decimal (`1193050959916656506`); the active one unless given */
                readonly treeID?: components["parameters"]["TreeId"];
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The proof; empty if the sizes are equal */
            readonly 200: {
                headers: {
                    readonly "Cache-Control": components["headers"]["NeverCache"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ConsistencyProof"];
                };
            };
            readonly 400: components["responses"]["BadContent"];
            readonly 401: components["responses"]["Unauthenticated"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 422: components["responses"]["Unprocessable"];
            readonly 500: components["responses"]["Internal"];
            readonly 501: components["responses"]["NotEnabled"];
            readonly 503: components["responses"]["Busy"];
        };
    };
    readonly searchIndex: {
        readonly parameters: {
            readonly query?: {
                /**
                 * @description Ids on a page. The operator may set another maximum than 1000.
                 * @example 100
                 */
                readonly limit?: number;
                /** @description Go on behind this index, taken from `X-Stele-Next-After` of the page before */
                readonly after?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                /**
                 * @example {
                 *       "hash": "sha256:ecdc5536f73bdae8816f0ea40726ef5e9b810d914493075903bb90623d97b1d8"
                 *     }
                 */
                readonly "application/json": components["schemas"]["SearchIndex"];
            };
        };
        readonly responses: {
            /** @description Entry ids; `[]` if there are none */
            readonly 200: {
                headers: {
                    /** @description The answer holds up to this index, exclusive - the size of the log; to who reads some entries and may not audit, the end of what was found */
                    readonly "X-Stele-Complete-To": string;
                    /** @description There is more; send this as `after` */
                    readonly "X-Stele-Next-After"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": readonly components["schemas"]["EntryId"][];
                };
            };
            readonly 400: components["responses"]["BadContent"];
            readonly 401: components["responses"]["Unauthenticated"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 408: components["responses"]["TooSlow"];
            readonly 413: components["responses"]["TooLarge"];
            readonly 415: components["responses"]["UnsupportedMediaType"];
            readonly 422: components["responses"]["Unprocessable"];
            readonly 500: components["responses"]["Internal"];
            readonly 501: components["responses"]["NotEnabled"];
            readonly 503: components["responses"]["Busy"];
        };
    };
    readonly ping: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A dot */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain": ".";
                };
            };
        };
    };
    readonly alive: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It is, in the words of gRPC's health protocol */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        /** @constant */
                        readonly status: "SERVING";
                    };
                };
            };
        };
    };
    readonly ready: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It can */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "ready": true,
                     *       "checks": {
                     *         "store": "ok"
                     *       }
                     *     }
                     */
                    readonly "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description It cannot, and `checks` says why */
            readonly 503: {
                headers: {
                    readonly "Retry-After": components["headers"]["RetryAfter"];
                    readonly [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "ready": false,
                     *       "checks": {
                     *         "store": "the disk is full"
                     *       }
                     *     }
                     */
                    readonly "application/json": components["schemas"]["Readiness"];
                };
            };
        };
    };
    readonly createEntry: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                /**
                 * @example {
                 *       "hashedRekordRequestV002": {
                 *         "digest": "WJG1tSLV3whtD/CxEPvZ0hu0/HFjrzTQgoai6Eb2vgM=",
                 *         "signature": {
                 *           "content": "MEUCIB670XsvZAL/+Jd3P1SQCYrDblPOJ5qJ+scED0LhwUcdAiEAqQ3Inq6wUxLMf+RVMX2PQmUorq5an4omT8jFETE7TgA=",
                 *           "verifier": {
                 *             "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                 *             "publicKey": {
                 *               "rawBytes": "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEKJjeV+aN0AgzmKOMbJVzc4ZEHNK6uUJTo59FLouAew5WlwekLrWNZrAHScfZiAeS0GYXqXiPvwq5ZBQfuk9U4w=="
                 *             }
                 *           }
                 *         }
                 *       }
                 *     }
                 */
                readonly "application/json": components["schemas"]["CreateEntryRequest"];
            };
        };
        readonly responses: {
            /** @description The entry as logged, with its proof under the published head */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TransparencyLogEntry"];
                };
            };
            readonly 400: components["responses"]["StatusInvalid"];
            readonly 401: components["responses"]["StatusUnauthenticated"];
            readonly 403: components["responses"]["StatusForbidden"];
            /** @description The log has ended. Not in JSON, as Rekor v2 has it. */
            readonly 405: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    /** @example This log has been frozen, please switch to the latest log. */
                    readonly "text/plain; charset=utf-8": string;
                };
            };
            readonly 408: components["responses"]["StatusTooSlow"];
            /** @description The log has this entry already */
            readonly 409: {
                headers: {
                    /** @description Where the entry is */
                    readonly "X-Log-Index": string;
                    readonly [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": 6,
                     *       "message": "an equivalent entry already exists in the transparency log with index 735",
                     *       "details": []
                     *     }
                     */
                    readonly "application/json": components["schemas"]["Status"];
                };
            };
            readonly 429: components["responses"]["StatusTooMany"];
            readonly 500: components["responses"]["StatusInternal"];
            readonly 503: components["responses"]["StatusUnavailable"];
        };
    };
    readonly getCheckpoint: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: components["responses"]["Note"];
            readonly 206: components["responses"]["PartOfText"];
            readonly 304: components["responses"]["NotModified"];
            readonly 401: components["responses"]["StatusUnauthenticated"];
            readonly 403: components["responses"]["StatusForbidden"];
            readonly 404: components["responses"]["NotThere"];
            readonly 416: components["responses"]["NoSuchRange"];
            readonly 503: components["responses"]["StatusUnavailable"];
        };
    };
    readonly getCheckpointFile: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: components["responses"]["Note"];
            readonly 206: components["responses"]["PartOfText"];
            readonly 304: components["responses"]["NotModified"];
            readonly 401: components["responses"]["TextUnauthenticated"];
            readonly 403: components["responses"]["TextForbidden"];
            readonly 404: components["responses"]["NotThere"];
            readonly 416: components["responses"]["NoSuchRange"];
            readonly 503: components["responses"]["TextBusy"];
        };
    };
    readonly getTile: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /**
                 * @description Takes all that follows, slashes included
                 * @example 0/000.p/1
                 */
                readonly index: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: components["responses"]["Bytes"];
            readonly 206: components["responses"]["PartOfBytes"];
            readonly 304: components["responses"]["NotModified"];
            readonly 401: components["responses"]["StatusUnauthenticated"];
            readonly 403: components["responses"]["StatusForbidden"];
            readonly 404: components["responses"]["NotThere"];
            readonly 416: components["responses"]["NoSuchRange"];
            readonly 503: components["responses"]["StatusUnavailable"];
        };
    };
    readonly getTileFile: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /**
                 * @description Takes all that follows, slashes included
                 * @example 0/000.p/1
                 */
                readonly index: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: components["responses"]["Bytes"];
            readonly 206: components["responses"]["PartOfBytes"];
            readonly 304: components["responses"]["NotModified"];
            readonly 401: components["responses"]["TextUnauthenticated"];
            readonly 403: components["responses"]["TextForbidden"];
            readonly 404: components["responses"]["NotThere"];
            readonly 416: components["responses"]["NoSuchRange"];
            readonly 503: components["responses"]["TextBusy"];
        };
    };
    readonly getEntryBundle: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /**
                 * @description Takes all that follows, slashes included
                 * @example 000.p/1
                 */
                readonly index: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: components["responses"]["Bytes"];
            readonly 206: components["responses"]["PartOfBytes"];
            readonly 304: components["responses"]["NotModified"];
            readonly 401: components["responses"]["StatusUnauthenticated"];
            readonly 403: components["responses"]["StatusForbidden"];
            readonly 404: components["responses"]["NotThere"];
            readonly 416: components["responses"]["NoSuchRange"];
            readonly 503: components["responses"]["StatusUnavailable"];
        };
    };
    readonly getEntryBundleFile: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /**
                 * @description Takes all that follows, slashes included
                 * @example 000.p/1
                 */
                readonly index: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            readonly 200: components["responses"]["Bytes"];
            readonly 206: components["responses"]["PartOfBytes"];
            readonly 304: components["responses"]["NotModified"];
            readonly 401: components["responses"]["TextUnauthenticated"];
            readonly 403: components["responses"]["TextForbidden"];
            readonly 404: components["responses"]["NotThere"];
            readonly 416: components["responses"]["NoSuchRange"];
            readonly 503: components["responses"]["TextBusy"];
        };
    };
    readonly getTilePublicKey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description PEM, `PUBLIC KEY`, with a final newline */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/x-pem-file": string;
                };
            };
        };
    };
    readonly getVkey: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description One line */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain; charset=utf-8": string;
                };
            };
        };
    };
    readonly listHeads: {
        readonly parameters: {
            readonly query?: {
                /** @description Heads on a page at most; a page of 1 MiB ends before */
                readonly limit?: number;
                /** @description Go on with smaller heads than this, taken from `nextBelow` of the page before */
                readonly below?: number;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["HeadPage"];
                };
            };
            readonly 400: components["responses"]["StatusInvalid"];
            readonly 401: components["responses"]["StatusUnauthenticated"];
            readonly 403: components["responses"]["StatusForbidden"];
            readonly 503: components["responses"]["StatusUnavailable"];
        };
    };
    readonly getTlogProof: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @example 0 */
                readonly entry: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A `.tlog-proof` file */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain; charset=utf-8": string;
                };
            };
            readonly 400: components["responses"]["StatusInvalid"];
            readonly 401: components["responses"]["StatusUnauthenticated"];
            readonly 403: components["responses"]["StatusForbidden"];
            readonly 404: components["responses"]["StatusNotFound"];
            readonly 503: components["responses"]["StatusUnavailable"];
        };
    };
    readonly getDiscovery: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What a program needs to begin */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Discovery"];
                };
            };
            readonly 401: components["responses"]["TextUnauthenticated"];
            readonly 403: components["responses"]["TextForbidden"];
            readonly 503: components["responses"]["TextBusy"];
        };
    };
    readonly getTrustedRoot: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Indented, with a final newline */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["TrustedRoot"];
                };
            };
        };
    };
    readonly getSigningConfig: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Indented, with a final newline */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SigningConfig"];
                };
            };
        };
    };
    readonly addCheckpoint: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "text/plain": string;
            };
        };
        readonly responses: {
            /** @description The cosignature, as a line of a note */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain; charset=utf-8": string;
                };
            };
            /** @description Refused, and the text says why */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain; charset=utf-8": string;
                };
            };
            /** @description Refused, and the text says why */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain; charset=utf-8": string;
                };
            };
            /** @description Refused, and the text says why */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain; charset=utf-8": string;
                };
            };
            /** @description Refused, and the text says why */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain; charset=utf-8": string;
                };
            };
            /** @description Another size was cosigned last, and this is it */
            readonly 409: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/x.tlog.size": string;
                };
            };
            /** @description Refused, and the text says why */
            readonly 413: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain; charset=utf-8": string;
                };
            };
            /** @description Refused, and the text says why */
            readonly 422: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain; charset=utf-8": string;
                };
            };
            /** @description Nothing is signed now */
            readonly 503: {
                headers: {
                    readonly "Retry-After": components["headers"]["RetryAfter"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain; charset=utf-8": string;
                };
            };
        };
    };
    readonly getWitnessedCheckpoint: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description SHA-256 of the log's origin in hex, and `/checkpoint` */
                readonly log: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The note with the log's signatures and the cosignature */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain; charset=utf-8": string;
                };
            };
            /** @description Refused, and the text says why */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain; charset=utf-8": string;
                };
            };
        };
    };
}

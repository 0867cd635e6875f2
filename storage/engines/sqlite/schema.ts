/**
 * Applied in order, each once; `user_version` counts those applied. Never edit one that has shipped.
 *
 * Only what proofs and answers are made of is data: `leaf` and `lookup` can be made again from `entry` and
 * `entry_keys`. Both hold the first 8 bytes of a SHA-256, so a hit is a candidate until it has been confirmed.
 */
export const migrations: readonly string[] = [
  /* 1 */ `
  CREATE TABLE identity (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    tree_id     TEXT    NOT NULL,
    origin      TEXT    NOT NULL,
    log_id      TEXT    NOT NULL,
    tile_key_id TEXT    NOT NULL,
    start       INTEGER NOT NULL,
    created     INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE head (
    size      INTEGER PRIMARY KEY,
    root      BLOB    NOT NULL CHECK (length(root) = 32),
    at        INTEGER NOT NULL,
    signature BLOB    NOT NULL
  ) STRICT;
  CREATE TABLE entry (
    idx             INTEGER PRIMARY KEY,
    integrated_time INTEGER NOT NULL,
    body            BLOB    NOT NULL,
    set_v1          BLOB    NOT NULL,
    attestation     BLOB    REFERENCES attestation (hash)
  ) STRICT;
  CREATE TABLE entry_keys (
    idx    INTEGER PRIMARY KEY,
    packed BLOB    NOT NULL
  ) STRICT;
  CREATE TABLE attestation (
    hash    BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    payload BLOB NOT NULL
  ) STRICT;
  CREATE TABLE tile (
    place INTEGER PRIMARY KEY,
    nodes BLOB    NOT NULL
  ) STRICT;
  CREATE TABLE leaf (
    prefix INTEGER NOT NULL,
    idx    INTEGER NOT NULL,
    PRIMARY KEY (prefix, idx)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE lookup (
    prefix INTEGER NOT NULL,
    idx    INTEGER NOT NULL,
    PRIMARY KEY (prefix, idx)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE heartbeat (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    at INTEGER NOT NULL
  ) STRICT;
  `,
];

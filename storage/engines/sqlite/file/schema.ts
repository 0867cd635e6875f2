import type Database from 'better-sqlite3';
import { batchesOfEntries } from '../migrations/batches-of-entries.ts';
import { keyedIndex } from '../migrations/keyed-index.ts';
import { piecesOfBundles } from '../migrations/pieces-of-bundles.ts';

/** Changes that a format makes to the one before it: statements, or a function where statements do not suffice. */
export type Migration = string | ((db: Database.Database) => void);

const FORMAT_2 = `
  CREATE TABLE batch (
    first  INTEGER PRIMARY KEY,
    packed BLOB    NOT NULL
  ) STRICT;
  CREATE TABLE bundle (
    number INTEGER PRIMARY KEY,
    gzip   BLOB    NOT NULL
  ) STRICT;
  CREATE TABLE bundle_group (
    place  INTEGER PRIMARY KEY,
    packed BLOB    NOT NULL
  ) STRICT;
  CREATE TABLE run (
    id      INTEGER PRIMARY KEY,
    level   INTEGER NOT NULL,
    first   INTEGER NOT NULL,
    last    INTEGER NOT NULL,
    records INTEGER NOT NULL,
    fence   BLOB    NOT NULL
  ) STRICT;
  CREATE TABLE run_part (
    place   INTEGER PRIMARY KEY,
    records BLOB    NOT NULL
  ) STRICT;
  CREATE TABLE run_filter (
    place INTEGER PRIMARY KEY,
    bits  BLOB    NOT NULL
  ) STRICT;
  CREATE TABLE run_doomed (
    id INTEGER PRIMARY KEY
  ) STRICT;
  ALTER TABLE identity ADD COLUMN v1_key TEXT;
  ALTER TABLE identity ADD COLUMN tile_key TEXT;
  ALTER TABLE head ADD COLUMN tile_signature BLOB;
  ALTER TABLE head ADD COLUMN awaits INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE cosignature (
    size      INTEGER NOT NULL,
    name      TEXT    NOT NULL,
    key_id    BLOB    NOT NULL CHECK (length(key_id) = 4),
    signature BLOB    NOT NULL CHECK (length(signature) = 72),
    PRIMARY KEY (size, name, key_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE frozen (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    at        INTEGER NOT NULL,
    signature BLOB    NOT NULL
  ) STRICT;
  CREATE TABLE witnessed (
    origin TEXT    PRIMARY KEY,
    size   INTEGER NOT NULL,
    root   BLOB    NOT NULL CHECK (length(root) = 32),
    at     INTEGER NOT NULL,
    note   TEXT    NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/**
 * Applied in order, each once; `user_version` counts those applied. Never edit one that has shipped.
 *
 * Only what proofs and answers are made of is data: all `run` tables can be made again from the rows of entries. The
 * index holds fingerprints, so a hit is a candidate until it has been confirmed.
 */
export const migrations: readonly Migration[] = [
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
  /* 2 */ (db) => {
    db.exec(FORMAT_2);
    batchesOfEntries(db);
  },
  /* 3 */ (db) => {
    db.exec('CREATE TABLE bundle_piece (place INTEGER PRIMARY KEY, start INTEGER NOT NULL, gzip BLOB NOT NULL) STRICT');
    piecesOfBundles(db);
  },
  /* 4 */ `
  CREATE TABLE witness_claim (
    witness TEXT    PRIMARY KEY,
    size    INTEGER NOT NULL,
    says    TEXT    NOT NULL CHECK (says IN ('more', 'another tree')),
    at      INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  /* 5 */ `
  CREATE TABLE journal_holder (
    journal TEXT PRIMARY KEY,
    token   TEXT NOT NULL,
    before  TEXT
  ) STRICT, WITHOUT ROWID;
  `,
  /* 6 */ keyedIndex,
  /* 7 */ 'CREATE TABLE piece_sum (place INTEGER PRIMARY KEY, checksum INTEGER NOT NULL) STRICT',
];

import { randomBytes } from 'node:crypto';
import type Database from 'better-sqlite3';
import { Fingerprints, SECRET_BYTES } from '../../../search-index/fingerprints.ts';
import { quickSum } from '../rows/checksum.ts';
import { refusalOf } from './unflushed.ts';

/** Makes the secret of a log's search index. It stays in the database, and nothing serves it. */
export function makeSecret(db: Database.Database): void {
  const secret = randomBytes(SECRET_BYTES);
  db.prepare('INSERT INTO index_secret VALUES (1, ?, ?)').run(secret, quickSum(1, secret));
}

/** @throws StoreRefused if the secret is damaged: with another one nothing would be found */
export function fingerprintsOf(db: Database.Database): Fingerprints {
  const row = db
    .prepare<[], { readonly secret: Buffer; readonly checksum: number }>('SELECT secret, checksum FROM index_secret')
    .get();
  if (row === undefined || quickSum(1, row.secret) !== row.checksum)
    throw refusalOf('the secret of the search index is not what was written');
  return new Fingerprints(new Uint8Array(row.secret));
}

import { utf8 } from '../../../../base/bytes.ts';
import { DamagedStore } from '../../../failures.ts';
import { quickSum } from './checksum.ts';

/*
 * Rows of one fact each: heads, cosignatures, who the log is. A checksum over all columns stands in the last one.
 */

/** Columns before the checksum, in their order. */
const COLUMNS = {
  identity: ['id', 'tree_id', 'origin', 'log_id', 'tile_key_id', 'start', 'created', 'v1_key', 'tile_key'],
  head: ['size', 'root', 'at', 'signature', 'tile_signature', 'awaits'],
  cosignature: ['size', 'name', 'key_id', 'signature'],
  frozen: ['id', 'at', 'signature'],
  witnessed: ['origin', 'size', 'root', 'at', 'note'],
  witness_claim: ['witness', 'size', 'says', 'at'],
  journal_holder: ['journal', 'token', 'before'],
} as const;

export type StateTable = keyof typeof COLUMNS;
export const STATE_TABLES = Object.keys(COLUMNS) as readonly StateTable[];

export type Value = string | number | Uint8Array | null;

export function columnsOf(table: StateTable): string {
  return COLUMNS[table].join(', ');
}

/** `SELECT` of all columns that `checkRow` needs. */
export function selectFrom(table: StateTable): string {
  return `SELECT ${columnsOf(table)}, checksum FROM ${table}`;
}

/** `INSERT` of what `withSum` gives. */
export function insertInto(table: StateTable): string {
  return `INSERT INTO ${table} (${columnsOf(table)}, checksum) VALUES (${'?, '.repeat(COLUMNS[table].length)}?)`;
}

/** The values of a row, in the order of its columns, and their checksum. */
export function withSum(table: StateTable, values: readonly (Value | undefined)[]): readonly Value[] {
  const all = values.map((value) => value ?? null);
  return [...all, rowSum(table, all)];
}

export function rowSum(table: StateTable, values: readonly Value[]): number {
  return quickSum(STATE_TABLES.indexOf(table), ...values.flatMap(encoded));
}

/** Kind and length stand before each value, so that nothing can move from one column into the next. */
function encoded(value: Value): readonly Uint8Array[] {
  if (value === null) return [Uint8Array.of(0)];
  if (typeof value === 'number') return [Uint8Array.of(1), new Uint8Array(Float64Array.of(value).buffer)];
  const bytes = typeof value === 'string' ? utf8(value) : value;
  const length = new Uint8Array(Uint32Array.of(bytes.length).buffer);
  return [Uint8Array.of(typeof value === 'string' ? 2 : 3), length, bytes];
}

/** @param row - of `selectFrom` @throws DamagedStore unless it is what was written */
export function checkRow<Row extends object>(table: StateTable, row: Row & { readonly checksum: number | null }): Row {
  const { checksum, ...columns } = row;
  const values = Object.values(columns) as readonly Value[];
  if (rowSum(table, values) === checksum) return row;
  throw new DamagedStore(`the row ${COLUMNS[table][0]} = ${String(values[0])} of the table ${table} is damaged`);
}

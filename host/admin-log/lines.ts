import { utf8 } from '../../base/bytes.ts';
import { canonicalJson, type Json } from '../../base/canonical-json.ts';
import { Failure } from '../../base/failure.ts';
import { isObject } from '../../base/json-reader.ts';
import { sha256Hex } from '../../base/sha256.ts';

/** A line of the admin log. */
export interface AdminLine {
  /** From 1. */
  readonly seq: number;
  /** RFC 3339. */
  readonly time: string;
  readonly action: string;
  /** User of the process that wrote it. */
  readonly by: string;
  readonly details: Readonly<Record<string, Json>>;
  /** Hash of the line before. */
  readonly before: string;
  /** SHA-256 of the line without its end, hex. Stands in the next line, and not in this one. */
  readonly hash: string;
}

/** The hash that the first line has for the one before it. */
export const NO_LINE_BEFORE = '0'.repeat(64);

/** An admin log whose lines are not those that were written: one was changed, removed, added or moved. */
export class AdminLogBroken extends Failure<'admin-log-broken'> {
  readonly code = 'admin-log-broken';

  constructor(fault: string) {
    super(
      `${fault}. No act of administration is done: put back a copy of the folder "access". Without one, move admin-log.jsonl away, and the log begins another; stele admin-log verify then tells that lines are missing`,
    );
  }
}

/** Reads whole lines, each with its end. @throws AdminLogBroken where the chain does not hold */
export function readLines(text: string): readonly AdminLine[] {
  const lines: AdminLine[] = [];
  for (const one of text.split('\n').slice(0, -1)) lines.push(readLine(one, lines.at(-1)));
  return lines;
}

function readLine(text: string, last: AdminLine | undefined): AdminLine {
  const number = (last?.seq ?? 0) + 1;
  const line = parse(text);
  if (line === undefined) throw new AdminLogBroken(`line ${number} of the admin log is no line of one`);
  if (line.seq !== number)
    throw new AdminLogBroken(
      `line ${number} of the admin log says that it is ${line.seq}: lines were removed, added or moved`,
    );
  if (line.before !== (last?.hash ?? NO_LINE_BEFORE))
    throw new AdminLogBroken(
      `line ${number} of the admin log does not follow the one before it: a line before was changed`,
    );
  return { ...line, hash: sha256Hex(utf8(text)) };
}

function parse(text: string): Omit<AdminLine, 'hash'> | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isLine(value) && canonicalJson({ ...value }) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

const TEXTS = ['time', 'action', 'by', 'before'] as const;
const MEMBERS = ['action', 'before', 'by', 'details', 'seq', 'time'].join();

function isLine(value: unknown): value is Omit<AdminLine, 'hash'> {
  if (!isObject(value) || Object.keys(value).toSorted().join() !== MEMBERS) return false;
  return (
    typeof value['seq'] === 'number' &&
    isObject(value['details']) &&
    TEXTS.every((name) => typeof value[name] === 'string')
  );
}

const HEAD_TYPE = 'stele-admin-log';

/** The document that stands for all lines up to one: canonical JSON with a line end. Its SHA-256 is what the log has an entry of. */
export function headDocument({ seq, hash }: Pick<AdminLine, 'seq' | 'hash'>): string {
  return `${canonicalJson({ type: HEAD_TYPE, seq, hash })}\n`;
}

import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { utf8 } from '../../base/bytes.ts';
import { canonicalJson, type Json } from '../../base/canonical-json.ts';
import { sha256Hex } from '../../base/sha256.ts';
import { syncFolder } from '../../storage/folders.ts';
import { locked } from '../folder/file-lock.ts';
import { type AdminLine, NO_LINE_BEFORE, readLines } from './lines.ts';

/*
 * The admin log of a private log: what was done with its administration, a line for each, in a file that only grows. Each line has the
 * hash of the one before it, so that the last one stands for all of them.
 */

/** The file of the admin log in a data folder. */
export const adminLogFile = (data: string): string => join(data, 'access', 'admin-log.jsonl');

/** An act of administration, to be written down before it is done. */
export interface AdminAct {
  /** The act in a word or two: `token-new`. */
  readonly action: string;
  /** Facts of it. Never a secret. */
  readonly details: Readonly<Record<string, Json>>;
}

/** Whether a log keeps an admin log: it has had an access file, or a token. */
export const keepsAdminLog = (data: string): boolean => existsSync(adminLogFile(data));

/** Adds a line, one process at a time, and makes the file if there is none. Durable once this resolves. @throws AdminLogBroken, or the system's error: then the act must not be done */
export async function recordAct(data: string, act: AdminAct): Promise<AdminLine> {
  const file = adminLogFile(data);
  const made = mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (made !== undefined) syncFolder(data);
  return locked(`${file}.lock`, async () => append(file, act));
}

/** As `recordAct`, for what a log does that may have no admin log: then nothing is written. */
export async function recordActOf(data: string, act: AdminAct): Promise<void> {
  if (keepsAdminLog(data)) await recordAct(data, act);
}

function append(file: string, { action, details }: AdminAct): AdminLine {
  const isNew = !existsSync(file);
  const text = isNew ? '' : readFileSync(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1); // what stands behind was being written when a process ended: its act was not done
  const last = readLines(whole).at(-1);
  const made = {
    seq: (last?.seq ?? 0) + 1,
    time: new Date().toISOString(),
    action,
    by: userName(),
    details,
    before: last?.hash ?? NO_LINE_BEFORE,
  };
  const line = canonicalJson(made);
  const handle = openSync(file, 'a', 0o600);
  try {
    if (whole !== text) ftruncateSync(handle, utf8(whole).length);
    writeFileSync(handle, `${line}\n`); // all of it, or an error: a disk that is full takes a part of one write
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  if (isNew) syncFolder(dirname(file));
  return { ...made, hash: sha256Hex(utf8(line)) };
}

/** The user of this process, as the system knows it. */
function userName(): string {
  try {
    const { username, uid } = userInfo();
    return `${username} (${uid})`;
  } catch {
    return 'a user without a name'; // one that is in no list of users, as in many containers
  }
}

/** Returns all whole lines, and whether the last one was cut short. @throws AdminLogBroken, or the system's error where there is no file */
export function readAdminLog(data: string): { readonly lines: readonly AdminLine[]; readonly isCut: boolean } {
  const text = readFileSync(adminLogFile(data), 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return { lines: readLines(whole), isCut: whole !== text };
}

/** Records an act unless the last line with that action has the same details: of a file that is read at each start. @param initial - details where there is no such line */
export async function recordChange(data: string, act: AdminAct, initial: AdminAct['details']): Promise<void> {
  const lines = keepsAdminLog(data) ? readAdminLog(data).lines : [];
  const before = lines.findLast(({ action }) => action === act.action)?.details ?? initial;
  if (canonicalJson(before) !== canonicalJson(act.details)) await recordAct(data, act);
}

import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';

/*
 * Preloaded into a server with `--import`: counts the steps that change files, of all its threads together, and kills the
 * process before one of them, or where half of it is done. A step is a call into the file system or into SQLite that may
 * write, or a message to a thread that makes such calls. What SQLite does between two steps it does whole or not at all.
 *
 * STEPS_FILE names the file to which each step adds a line of 64 bytes, and KILL_AT is the number of a step, from 0 on;
 * with `.5` behind it, half of the text is written first.
 */

const LINE_BYTES = 64;
const killAt = Number(process.env['KILL_AT'] ?? Infinity);
const { fstatSync, writeSync } = fs;
const steps = fs.openSync(process.env['STEPS_FILE'] ?? '', 'a');

/** @returns whether the process is to be killed in the middle of this step */
function step(name: string): boolean {
  const number = fstatSync(steps).size / LINE_BYTES;
  if (number >= killAt) die(); // two threads may have had the same number, and then there is none of the next
  writeSync(steps, `${name.slice(0, LINE_BYTES - 1).padEnd(LINE_BYTES - 1)}\n`);
  return number + 0.5 >= killAt;
}

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}

type Arguments = readonly unknown[];
type Method = (this: unknown, ...args: never[]) => unknown;

/** Makes a step of each call of a method. @param what - undefined for a call that changes nothing */
function watch(owner: object, method: string, what: (args: Arguments) => string | undefined): void {
  const methods = owner as Record<string, Method>;
  const original = methods[method] as Method;
  methods[method] = function watched(...args) {
    const called = what(args);
    if (called !== undefined && step(`${method} ${called}`)) {
      Reflect.apply(original, this, halved(args));
      die();
    }
    return Reflect.apply(original, this, args);
  };
}

const halved = (args: Arguments): Arguments =>
  args.map((value) => (typeof value === 'string' ? value.slice(0, value.length / 2) : value));

const name = ([path]: Arguments): string => String(path).split('/').slice(-2).join('/');
const opened = ([path, flags]: Arguments): string | undefined =>
  typeof flags === 'string' && flags !== 'r' ? name([path]) : undefined;

for (const method of ['mkdirSync', 'rmdirSync', 'rmSync', 'renameSync', 'fsyncSync']) watch(fs, method, name);
watch(fs, 'writeFileSync', ([file]) => (typeof file === 'string' ? name([file]) : 'TEXT'));
watch(fs, 'openSync', opened);
for (const method of ['rename', 'rm', 'copyFile']) watch(promises, method, name);
watch(promises, 'open', opened);
syncBuiltinESMExports();

const handle = await promises.open('.');
for (const method of ['writeFile', 'write', 'truncate', 'sync', 'datasync'])
  watch(Object.getPrototypeOf(handle) as object, method, () => '');
await handle.close();

const WRITING = /^(BEGIN|journal_mode = WAL|wal_checkpoint\(T|user_version =)/;
const writing = ([sql]: Arguments): string | undefined => (WRITING.test(String(sql)) ? String(sql) : undefined);
watch(Database.prototype, 'exec', writing);
watch(Database.prototype, 'pragma', writing);
watch(Worker.prototype, 'postMessage', ([message]) => (message as { readonly op?: string }).op ?? '');

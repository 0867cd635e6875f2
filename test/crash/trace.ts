import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LogFolder } from '../../testkit/server-process.ts';

/** Faults to inject, as strace's `-e inject=` takes it. */
export interface TraceOptions {
  readonly calls: readonly string[];
  readonly inject?: string;
  /** The only files whose calls count. */
  readonly path?: string | readonly string[];
}

const traceFile = ({ parent }: LogFolder): string => join(parent, 'trace.txt');

/** Runs the server under strace: the calls named are written down, or made to fail. Only those calls are slowed. */
export function traced(folder: LogFolder, { calls, inject, path }: TraceOptions): readonly string[] {
  const names = calls.join(',');
  const injected = inject === undefined ? [] : ['-e', `inject=${names}:${inject}`];
  const only = (path === undefined ? [] : [path].flat()).flatMap((one) => ['-P', one]);
  const output = ['-s', '16', '-o', traceFile(folder)];
  const quicker = inject?.startsWith('signal=') === true ? [] : ['--seccomp-bpf']; // beside it, strace 6.1 sends no signal
  return ['strace', '-f', '-qq', '-yy', ...quicker, ...output, ...only, '-e', `trace=${names}`, ...injected];
}

/** A system call as it was seen. */
export interface Call {
  readonly name: string;
  /** Path of the file, or `TCP:[…]`. */
  readonly target: string;
  /** The end of the line: the other arguments, the result, and `(INJECTED)` or `(DELAYED)`. */
  readonly rest: string;
  /** Lines of the trace on which the call began and returned. */
  readonly began: number;
  readonly returned: number;
}

const BEGUN_CALL = /^(?<thread>\d+) +(?<name>\w+)\(\d+<(?<target>.+?)>(?=[,) ])(?<rest>.*)$/;
const RESUMED_CALL = /^(?<thread>\d+) +<\.\.\. \w+ resumed>(?<rest>.*)$/;
const UNFINISHED_MARK = '<unfinished ...>';

/** The calls on files and sockets, in the order in which they began. */
export function readTrace(folder: LogFolder): readonly Call[] {
  const calls: Call[] = [];
  const open = new Map<string, number>(); // place in `calls` of the one that a thread is in
  for (const [line, text] of linesOf(traceFile(folder)).entries()) {
    const begun = groupsOf(BEGUN_CALL, text);
    const resumed = groupsOf(RESUMED_CALL, text);
    if (begun !== undefined) {
      const isOpen = begun.rest.endsWith(UNFINISHED_MARK);
      if (isOpen) open.set(begun.thread, calls.length);
      calls.push({ ...begun, began: line, returned: isOpen ? Infinity : line });
    } else if (resumed !== undefined) {
      const at = open.get(resumed.thread);
      const call = at === undefined ? undefined : calls[at];
      if (at !== undefined && call) calls[at] = { ...call, rest: call.rest + resumed.rest, returned: line };
      open.delete(resumed.thread);
    }
  }
  return calls;
}

interface Groups extends Pick<Call, 'name' | 'target' | 'rest'> {
  readonly thread: string;
}

function groupsOf(form: RegExp, line: string): Groups | undefined {
  return form.exec(line)?.groups as Groups | undefined;
}

function linesOf(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
}

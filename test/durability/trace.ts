import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LogFolder } from '../support/server-process.ts';

/** What to inject, as strace's `-e inject=` takes it. */
export interface TraceOptions {
  readonly calls: readonly string[];
  readonly inject?: string;
  /** The only file whose calls count. */
  readonly path?: string;
}

const traceFile = ({ parent }: LogFolder): string => join(parent, 'trace.txt');

/** Runs the server under strace: the calls named are written down, or made to fail. Only those calls are slowed. */
export function traced(folder: LogFolder, { calls, inject, path }: TraceOptions): readonly string[] {
  const names = calls.join(',');
  const injected = inject === undefined ? [] : ['-e', `inject=${names}:${inject}`];
  const only = path === undefined ? [] : ['-P', path];
  const output = ['-s', '16', '-o', traceFile(folder)];
  return ['strace', '-f', '-qq', '-yy', '--seccomp-bpf', ...output, ...only, '-e', `trace=${names}`, ...injected];
}

/** A system call as it was seen. */
export interface Call {
  readonly name: string;
  /** Path of the file, or `TCP:[…]`. */
  readonly target: string;
  /** What came behind: the other arguments, the result, and `(INJECTED)` or `(DELAYED)`. */
  readonly rest: string;
  /** Lines of the trace on which the call began and returned. */
  readonly began: number;
  readonly returned: number;
}

const WHOLE = /^(\d+) +(\w+)\(\d+<(.+?)>(?=[,)])(.*)$/;
const BEGUN = /^(\d+) +(\w+)\(\d+<(.+?)>(?=[,) ])(.*) <unfinished \.\.\.>$/;
const RESUMED = /^(\d+) +<\.\.\. (\w+) resumed>(.*)$/;

/** The calls on files and sockets, in the order in which they began. */
export function readTrace(folder: LogFolder): readonly Call[] {
  const calls: Call[] = [];
  const open = new Map<string, { readonly at: number; readonly call: Call }>();
  for (const [line, text] of linesOf(traceFile(folder)).entries()) {
    const [, thread = '', name = '', target = '', rest = ''] = BEGUN.exec(text) ?? WHOLE.exec(text) ?? [];
    const [, resumed = '', , end = ''] = RESUMED.exec(text) ?? [];
    const begun = open.get(resumed);
    if (name !== '') {
      const isOpen = text.endsWith('<unfinished ...>');
      const call = { name, target, rest, began: line, returned: isOpen ? Infinity : line };
      if (isOpen) open.set(thread, { at: calls.length, call });
      calls.push(call);
    } else if (begun !== undefined) {
      calls[begun.at] = { ...begun.call, rest: begun.call.rest + end, returned: line };
      open.delete(resumed);
    }
  }
  return calls;
}

function linesOf(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
}

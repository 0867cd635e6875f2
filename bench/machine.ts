import { execFileSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';

/** The machine and programs that a measurement ran on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly node: string;
  /** Median of a 4 KiB write and its fdatasync in the data folder's file system, in milliseconds. */
  readonly syncMs: number;
}

export function describeMachine(folder: string): Machine {
  const processor = cpus()[0]?.model ?? 'unknown';
  return { processor, cores: availableParallelism(), node: process.version, syncMs: syncCost(folder) };
}

const SYNCS = 64;

function syncCost(folder: string): number {
  const file = join(folder, 'sync-cost');
  const handle = openSync(file, 'w');
  const block = Buffer.alloc(4096, 1);
  const costs = Array.from({ length: SYNCS }, () => {
    const start = performance.now();
    writeSync(handle, block);
    fdatasyncSync(handle);
    return performance.now() - start;
  });
  closeSync(handle);
  unlinkSync(file);
  return costs.sort((a, b) => a - b)[SYNCS / 2] ?? 0;
}

/** Processor time that a process has used, in seconds. Linux only: proc_pid_stat(5). */
export function cpuSeconds(pid: number): number {
  const fields = statFields(pid);
  return (Number(fields[11]) + Number(fields[12])) / clockTicks;
}

/** Processor time that the children of this process have used which have ended, in seconds. Linux only. */
export function endedChildrenCpuSeconds(): number {
  const fields = statFields('self');
  return (Number(fields[13]) + Number(fields[14])) / clockTicks;
}

/** From field 3 on; the name before it may hold spaces. */
function statFields(pid: number | 'self'): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** The most memory a process ever had resident, in MiB. Linux only: proc_pid_status(5). */
export const peakMemory = (pid: number): number => statusOf(pid, /^VmHWM:\s+(\d+) kB$/m);

/** Resident memory now. */
export const residentMemory = (pid: number): number => statusOf(pid, /^VmRSS:\s+(\d+) kB$/m);

function statusOf(pid: number, line: RegExp): number {
  return Number(line.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

const clockTicks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

import { parseArgs } from 'node:util';
import { BODY_KINDS, type BodyKind } from './submissions.ts';

/** Loads on the whole program: submissions, reads, or reads while submissions go on. */
const LOADS = ['submit', 'reads', 'mixed'] as const;
export type LoadCommand = (typeof LOADS)[number];

/** Parts of it, in this process: signature checks, and all that an admission thread does. */
const PARTS = ['verify', 'admit'] as const;
export type PartCommand = (typeof PARTS)[number];

export type BenchCommand = LoadCommand | PartCommand;

export interface BenchOptions {
  readonly command: BenchCommand;
  readonly connections: number;
  readonly seconds: number;
  /** Submissions a second; undefined for a closed loop. */
  readonly rate: number | undefined;
  readonly kind: BodyKind;
  /** Delay before each fsync and fdatasync of the server, in milliseconds; 0 leaves the disk as it is. */
  readonly slowFdatasync: number;
  /** Entries that reads are asked of, or that are admitted. */
  readonly entries: number;
  /** For Node: leaves a CPU profile of the server in this folder. */
  readonly profile: string | undefined;
  /** Whether the result is kept in `results.jsonl`. */
  readonly keep: boolean;
}

const OPTIONS = {
  connections: { type: 'string', default: '64' },
  seconds: { type: 'string', default: '10' },
  rate: { type: 'string' },
  kind: { type: 'string', default: 'hashedrekord' },
  'slow-fdatasync': { type: 'string', default: '0' },
  entries: { type: 'string', default: '20000' },
  profile: { type: 'string' },
  keep: { type: 'boolean', default: false },
} as const;

/** @throws Error that names the option that is wrong */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  return {
    command: oneOf('the first word', [...LOADS, ...PARTS], positionals[0] ?? 'submit'),
    connections: count('connections', values.connections, 1),
    seconds: count('seconds', values.seconds, 1),
    rate: values.rate === undefined ? undefined : count('rate', values.rate, 1),
    kind: oneOf('--kind', BODY_KINDS, values.kind),
    slowFdatasync: count('slow-fdatasync', values['slow-fdatasync'], 0),
    entries: count('entries', values.entries, 1000),
    profile: values.profile,
    keep: values.keep,
  };
}

function count(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new Error(`--${name} is not a whole number from ${least}: ${text}`);
  return value;
}

function oneOf<const Choice extends string>(name: string, choices: readonly Choice[], text: string): Choice {
  const choice = choices.find((one) => one === text);
  if (choice === undefined) throw new Error(`${name} is not one of ${choices.join(', ')}: ${text}`);
  return choice;
}

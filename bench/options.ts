import { parseArgs } from 'node:util';
import { type Read, READS } from './questions.ts';
import { GOOD_KINDS, type GoodKind } from './submissions.ts';

export const COMMANDS = [
  'submit',
  'reads',
  'mixed',
  'flood',
  'large',
  'overload',
  'turns',
  'start',
  'disk',
  'audit',
  'backup',
  'growth',
  'profile',
  'fill',
  'verify',
  'admit',
  'counting',
  'access',
  'cli',
] as const;
export type BenchCommand = (typeof COMMANDS)[number];

export interface BenchOptions {
  readonly command: BenchCommand;
  readonly connections: number;
  readonly seconds: number;
  /** Of load that is not measured, in seconds: V8 goes on compiling for some ten of them. */
  readonly warmUp: number;
  /** Requests a second; undefined for a closed loop. */
  readonly rate: number | undefined;
  readonly kind: GoodKind;
  /** Reads to measure; undefined for all. */
  readonly of: readonly Read[] | undefined;
  readonly verifier: 'auto' | 'openssl' | 'node';
  /** Delay before each fsync and fdatasync of the server, in milliseconds; 0 leaves the disk as it is. */
  readonly slowFdatasync: number;
  /** Entries of a log that is made for a measurement, or that are admitted. */
  readonly entries: number;
  /** Of `growth`, ascending. */
  readonly sizes: readonly number[];
  /** A folder with a log that stays; undefined for a temporary one. */
  readonly folder: string | undefined;
  /** For Node: leaves a CPU profile of each of the server's threads in this folder. */
  readonly profile: string | undefined;
  /** How often everything is done, to keep the run in the middle. */
  readonly runs: number;
  /** Whether the server counts for its metrics, and is scraped every second. */
  readonly metrics: boolean;
  /** Whether the result is kept in `results.jsonl`. */
  readonly keep: boolean;
}

const OPTIONS = {
  connections: { type: 'string', default: '64' },
  seconds: { type: 'string', default: '10' },
  'warm-up': { type: 'string', default: '15' },
  rate: { type: 'string' },
  kind: { type: 'string', default: 'hashedrekord' },
  of: { type: 'string' },
  verifier: { type: 'string', default: 'auto' },
  'slow-fdatasync': { type: 'string', default: '0' },
  entries: { type: 'string', default: '20000' },
  sizes: { type: 'string', default: '100000,1000000,10000000' },
  folder: { type: 'string' },
  profile: { type: 'string' },
  runs: { type: 'string', default: '1' },
  metrics: { type: 'boolean', default: false },
  keep: { type: 'boolean', default: false },
} as const;

export const USAGE = `npm run bench -- NAME [--option …]

Measures, and prints one JSON row for each load. NAME is one of:
  ${COMMANDS.join(', ')}

Options, with what they are unless given:
${Object.entries(OPTIONS)
  .map(
    ([name, option]) =>
      `  --${name}${option.type === 'boolean' ? '' : ` ${'default' in option ? option.default : '(none)'}`}`,
  )
  .join('\n')}

bench/README.md says what each of them is for.
`;

/** @throws Error that names the option that is wrong */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  return {
    command: oneOf('NAME', COMMANDS, positionals[0] ?? '(none)'),
    connections: count('connections', values.connections, 1),
    seconds: count('seconds', values.seconds, 1),
    warmUp: count('warm-up', values['warm-up'], 1),
    rate: values.rate === undefined ? undefined : count('rate', values.rate, 1),
    kind: oneOf('--kind', GOOD_KINDS, values.kind),
    of: values.of?.split(',').map((name) => oneOf('--of', READS, name)),
    verifier: oneOf('--verifier', ['auto', 'openssl', 'node'], values.verifier),
    slowFdatasync: count('slow-fdatasync', values['slow-fdatasync'], 0),
    entries: count('entries', values.entries, 1000),
    sizes: values.sizes.split(',').map((size) => count('sizes', size, 1000)),
    folder: values.folder,
    profile: values.profile,
    runs: count('runs', values.runs, 1),
    metrics: values.metrics,
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

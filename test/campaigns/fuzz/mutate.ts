/*
 * Makes an input out of others: single bits and bytes, pieces taken away, doubled or joined, words of the formats, numbers at the
 * edges, and all of that inside of what is written in base64 or hex.
 */

export interface Material {
  /** Gives numbers from 0 up to 1. */
  readonly random: () => number;
  /** Other inputs, to join pieces of. */
  readonly corpus: readonly Uint8Array[];
  readonly words: readonly string[];
}

/** Bytes of an input at most: longer ones find nothing that shorter ones do not, and take longer. */
const LONGEST_INPUT = 8192;
/** Mutations on top of each other, at most. */
const MOST_MUTATIONS = 6;
/** Numbers at which something may begin or end. */
const EDGES = [
  '0',
  '1',
  '-1',
  '127',
  '128',
  '255',
  '256',
  '65535',
  '65536',
  '2147483647',
  '4294967296',
  '1e400',
  '1e-7',
]
  .concat(['9007199254740991', '9007199254740992', '9223372036854775807', '18446744073709551615', '-0', '00', '٣'])
  .concat(['null', '{}', '[]', '""', '\u0000', '\u2028', '\ud800', '\n\n', '=', '==']);

type Mutation = (input: Buffer, material: Material) => Uint8Array;

const below = (count: number, random: () => number): number => Math.floor(random() * count);
/** @param random - gives numbers from 0 up to 1 */
export const among = <T>(all: readonly T[], random: () => number): T => all[below(all.length, random)] as T;

const MUTATIONS: readonly Mutation[] = [
  (input, { random }) => {
    const at = below(input.length, random);
    input[at] = (input[at] ?? 0) ^ (1 << below(8, random));
    return input;
  },
  (input, { random }) => {
    input[below(input.length, random)] = below(256, random);
    return input;
  },
  (input, { random }) => cut(input, random, () => []),
  (input, { random }) => cut(input, random, (piece) => [piece, piece]),
  (input, { random }) => input.subarray(0, below(input.length, random)),
  (input, { random, corpus }) => {
    const other = among(corpus, random);
    return Buffer.concat([input.subarray(0, below(input.length, random)), other.subarray(below(other.length, random))]);
  },
  (input, { random, words }) => put(input, among(words, random), random),
  (input, { random }) => put(input, among(EDGES, random), random),
  (input, { random }) => replaceRun(input, /-?\d+(\.\d+)?/g, random, () => Buffer.from(among(EDGES, random))),
  (input, { random, words }) =>
    replaceRun(input, /"[^"]*"/g, random, () => Buffer.from(JSON.stringify(among(words, random)))),
  (input, material) =>
    replaceRun(input, /[A-Za-z0-9+/]{12,}={0,2}/g, material.random, (run) =>
      Buffer.from(mutated(Buffer.from(run, 'base64'), material).toString('base64')),
    ),
  (input, material) =>
    replaceRun(input, /[0-9a-f]{16,}/g, material.random, (run) =>
      Buffer.from(mutated(Buffer.from(run, 'hex'), material).toString('hex')),
    ),
];

/** Returns a new input; the one that is given stays as it is. */
export function mutated(input: Uint8Array, material: Material): Buffer {
  let now: Buffer = Buffer.from(input);
  for (let left = 1 + below(MOST_MUTATIONS, material.random); left > 0; left -= 1)
    now = Buffer.from(among(MUTATIONS, material.random)(now.length === 0 ? Buffer.from([0]) : now, material));
  return now.subarray(0, LONGEST_INPUT);
}

function cut(input: Buffer, random: () => number, change: (piece: Buffer) => readonly Buffer[]): Uint8Array {
  const from = below(input.length, random);
  const to = Math.min(input.length, from + 1 + below(random() < 0.5 ? 4 : input.length, random));
  return Buffer.concat([input.subarray(0, from), ...change(input.subarray(from, to)), input.subarray(to)]);
}

/** Puts a word in, over what stands there or before it. */
function put(input: Buffer, word: string, random: () => number): Uint8Array {
  const at = below(input.length, random);
  const bytes = Buffer.from(word);
  return Buffer.concat([input.subarray(0, at), bytes, input.subarray(random() < 0.5 ? at : at + bytes.length)]);
}

/** Replaces one of the runs that a pattern finds. */
function replaceRun(input: Buffer, pattern: RegExp, random: () => number, change: (run: string) => Buffer): Uint8Array {
  const text = input.toString('latin1');
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return input;
  const { 0: run, index } = among(found, random);
  return Buffer.concat([input.subarray(0, index), change(run), input.subarray(index + run.length)]);
}

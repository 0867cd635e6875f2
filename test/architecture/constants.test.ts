import { describe, expect, it } from 'vitest';
import { wordsOf } from './identifiers.ts';
import { ROOT, type Source, sources } from './inspect.ts';

/** Words that say how something is, and not what: a constant needs a noun beside them, and its unit. */
const ADJECTIVES: ReadonlySet<string> = new Set(
  `absolute ample anonymous bad bare beyond big blank busy canonical common cosigned costly counted damaged early
  empty ended enough even expected fast few filling final fine flushed foreign free fresh frozen full gone good growing
  hasty high honest idle impossible invalid joined kept known large largest last late lately later least long longer
  longest lost low malformed many misnamed mixed modern most named narrow near new newest normal odd old older oldest
  open other outer inner partial patience permissive plain private public pure quick quiet quoted rare raw ready
  recent remembered resumed retrieved safe short shorter shortest signed slow small smaller smallest spare stalled
  standard stale steady stored stray strict sure swept tidied tiny touched trusting unavailable uncompressed uncovered
  unfinished unhandled unimplemented unjudged unknown unquoted unreadable unseen unsigned unused unwitnessed usual
  valid whole wide withheld witnessed worthwhile wrong young younger youngest grace nursery`.split(/\s+/),
);

/** Names of several words that say no more. */
const PHRASES: ReadonlySet<string> = new Set(['at once', 'caught up', 'left over', 'on time', 'too long']);

const DECLARED =
  /\b(?:const ([A-Z][A-Z0-9_]*)|export const ([a-z]\w*)|const \[([A-Z][A-Z0-9_, ]*)\])(?= *[:=])(?! *= *(?:async )?[(<])/g;

/** One line for each constant that is nothing but adjectives. Functions are none. */
function bareAdjectives(files: readonly Source[]): readonly string[] {
  return files.flatMap(({ path, text }) =>
    [...text.matchAll(DECLARED)]
      .flatMap(([, upper, lower, several = '']) => [upper ?? lower ?? [], several.match(/[A-Z_]{2,}/g) ?? []].flat())
      .filter((name) => isBare(wordsOf(name)))
      .map((name) => `${path}: ${name} says how something is: add what it is, and its unit`),
  );
}

const isBare = (words: readonly string[]): boolean =>
  PHRASES.has(words.join(' ')) || words.every((word) => ADJECTIVES.has(word));

const inFile = (text: string): readonly Source[] => [{ path: 'log/a.ts', text }];

describe('style §3: constants', () => {
  it('have a noun in their names', () => {
    expect(bareAdjectives(sources(ROOT))).toStrictEqual([]);
  });

  it('are looked for in code, tests and measurements', () => {
    const folders = new Set(sources(ROOT).map(({ path }) => path.split('/')[0]));
    expect([...folders]).toEqual(expect.arrayContaining(['base', 'log', 'server', 'host', 'test', 'bench', 'scripts']));
  });

  it.each(['YOUNG = 6', 'AT_ONCE = 16', 'CAUGHT_UP: number = 2', 'PATIENCE = 3000', '[YOUNG, A] = [1, 2]'])(
    'planted: the constant %s is found',
    (declaration) => {
      expect(bareAdjectives(inFile(`const ${declaration};\n`))).toHaveLength(1);
    },
  );

  it('planted: an exported constant in lower case is found', () => {
    expect(
      bareAdjectives(inFile(['frozen', 'lastKnown'].map((name) => `export const ${name} = 1;\n`).join(''))),
    ).toHaveLength(2);
  });

  it.each(['YOUNG_MIB = 6', 'IDLE_MS = 5', 'EMPTY_ROOT = a', 'frozen = 1'])(
    'the constant %s is right',
    (declaration) => {
      expect(bareAdjectives(inFile(`const ${declaration};\n`))).toStrictEqual([]);
    },
  );
});

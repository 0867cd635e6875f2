import { describe, expect, it } from 'vitest';
import { ROOT, type Source, sources } from './inspect.ts';

/** Words that a comment begins with which says neither the thing nor what it does. */
const OPENING = /\/\*\*?\s+(?:\* )?(What|Who|Whoever|Nobody|That|Whatever)\b/g;

/** One line for each block comment in `files` that opens with one of those words. */
function openings(files: readonly Source[]): readonly string[] {
  return files.flatMap(({ path, text }) =>
    [...text.matchAll(OPENING)].map(({ 1: word, index }) => {
      const line = text.slice(0, index).split('\n').length;
      return `${path}:${line} opens with "${word}": begin with the thing, or with what it does ("Returns …")`;
    }),
  );
}

/** Put together here, so that this file has no such comment itself. */
const comment = (text: string): Source => ({ path: 'log/a.ts', text: `const x = 1;\n/${text}/` });

describe('style §11: comments', () => {
  it('open with the thing or with the verb', () => {
    expect(openings(sources(ROOT))).toStrictEqual([]);
  });

  it.each(['** What it does. *', '* Who asks. *', '**\n * Nobody reads it.\n *', '** Whatever is left. *'])(
    'planted: %s is found',
    (text) => {
      expect(openings([comment(text)])).toStrictEqual([expect.stringMatching(/^log\/a\.ts:2 opens with "/)]);
    },
  );

  it.each(['** Returns what was asked. *', '** Whether it holds. *', '** Whose key it is: the log. *'])(
    '%s is right',
    (text) => {
      expect(openings([comment(text)])).toStrictEqual([]);
    },
  );
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { usesOf } from './identifiers.ts';
import { ROOT, sources } from './inspect.ts';

const page = readFileSync(join(ROOT, 'docs/glossary.md'), 'utf8');

/** The names in code type in one column of the tables of `text`. */
const column = (text: string, at: number): readonly string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .flatMap((line) => [...(line.split('|')[at] ?? '').matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name));

const code = sources(ROOT)
  .filter(({ path }) => !path.startsWith('test/'))
  .map(({ path, text }) => `${path}\n${text}`)
  .join('\n');
const missing = (names: readonly string[]): readonly string[] =>
  names.filter((name) => !new RegExp(String.raw`\b${name}\b`).test(code));

describe('style §3: the glossary', () => {
  it('names only what is in the code', () => {
    expect(column(page, 4).length).toBeGreaterThan(50);
    expect(missing(column(page, 4))).toStrictEqual([]);
  });

  it('finds a name that the code does not have', () => {
    expect(missing(['LogIndex', 'NoSuchName'])).toStrictEqual(['NoSuchName']);
  });

  it('has no second name in the code for a thing that it names', () => {
    const others = column(page, 6);
    expect(others.length).toBeGreaterThan(15);
    expect(usesOf(others, sources(ROOT))).toStrictEqual([]);
  });

  it.each(['const keptEntry = 1;', 'interface RekorDialect {}', 'const TILE_SHELF = 1;', 'one.keyHint', 'birth: 1'])(
    'planted: a second name in `%s` is found',
    (text) => {
      expect(usesOf(column(page, 6), [{ path: 'log/a.ts', text }])).toHaveLength(1);
    },
  );

  it.each([
    "'birth.json'",
    'const a = /birth/;',
    '// a dialect of JSON',
    'const birthtimeNs = 1;',
    'const keyHinted = 1;',
  ])('`%s` has no second name', (text) => {
    expect(usesOf(column(page, 6), [{ path: 'log/a.ts', text }])).toStrictEqual([]);
  });

  it('has each word once', () => {
    const words = page
      .split('\n')
      .filter((line) => line.startsWith('| ') && !/^\| (?:word|-)/.test(line))
      .map((line) => line.split('|')[1]?.trim());
    expect(words.filter((word, at) => words.indexOf(word) !== at)).toStrictEqual([]);
  });
});

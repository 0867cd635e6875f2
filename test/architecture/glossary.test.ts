import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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

  it('has each word once', () => {
    const words = page
      .split('\n')
      .filter((line) => line.startsWith('| ') && !/^\| (?:word|-)/.test(line))
      .map((line) => line.split('|')[1]?.trim());
    expect(words.filter((word, at) => words.indexOf(word) !== at)).toStrictEqual([]);
  });
});

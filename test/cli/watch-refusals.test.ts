import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stele, type Ran } from '../support/stele.ts';

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'stele-watch-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Nothing answers there: what is asked for is refused before. */
const watch = (words: readonly string[]): Promise<Ran> =>
  stele(['watch', 'http://127.0.0.1:9', '--once', '--state', scratch, ...words]);

describe('what stele watch is asked for', () => {
  it.concurrent.each([
    [[], /nothing to watch for/],
    [['--identity', '('], /--identity: "\(" is no regular expression/],
    [['--identity', ''], /would match everything/],
    [['--hash', 'sha256:12'], /it is no SHA-256 in hex/],
    [['--key', '/nowhere'], /--key \/nowhere: /],
    [['--webhook', 'ftp://x', '--subject', 'x'], /is no address of http/],
  ])('%j is refused', async (words, reason) => {
    const ran = await watch(words);
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err).toMatch(reason);
  });

  it.concurrent.each([
    ['a text', 'hello', /no mapping/],
    ['no values', 'monitoredValues: 7', /monitoredValues is missing/],
    [
      'an extension that Fulcio has not',
      'monitoredValues: { oidMatchers: { fulcioExtensions: { colour: [red] } } }',
      /colour/,
    ],
    ['a subject that is no text', 'monitoredValues: { subjects: [7] }', /subjects has an entry/],
    ['YAML that is none', 'a: [', /--config/],
  ])('--config with %s is refused', async (_, text, reason) => {
    const file = join(mkdtempSync(join(scratch, 'config-')), 'monitor.yaml');
    writeFileSync(file, text);
    const ran = await watch(['--config', file]);
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(ran.err).toMatch(reason);
  });
});

import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../cli/commands/registry.ts';
import { UsageFault } from '../../cli/frame/exit-codes.ts';
import { type CommandLine, parseCommandLine } from '../../cli/frame/parse.ts';
import { command } from '../../cli/frame/command.ts';

const SAMPLE = command(
  {
    name: 'sample',
    summary: 'a command with one option of each kind',
    description: [],
    arguments: [
      { name: 'SHELL', isRequired: true, isRepeated: false, choices: ['bash', 'zsh'] },
      { name: 'FILE', isRequired: false, isRepeated: true },
    ],
    options: {
      all: { kind: 'flag', summary: 'a flag' },
      into: { kind: 'text', value: 'FILE', summary: 'a text' },
      key: { kind: 'texts', value: 'KEY', summary: 'texts' },
      from: { kind: 'number', value: 'N', least: 1, most: 9, summary: 'a number' },
      kind: { kind: 'choice', choices: ['a', 'b'], variable: 'STELE_KIND', summary: 'a choice' },
    },
    examples: [],
    json: {},
  },
  () => Promise.reject(new Error('it is not run')),
);
const PASSING = command(
  { name: 'passing', summary: '', description: [], arguments: [], options: {}, examples: [], json: {}, readsAll: true },
  () => Promise.reject(new Error('it is not run')),
);

const read = (line: string, env: Record<string, string> = {}): CommandLine =>
  parseCommandLine(line.split(' '), [SAMPLE, PASSING], env);

describe('the command line', () => {
  it('has options in any place, and values with a blank or an equals sign before them', () => {
    const line = read('--server=http://a sample --all bash -o json --key x --key=y --from 3 f.txt --into=o');
    expect(line.options).toStrictEqual({ all: true, into: 'o', key: ['x', 'y'], from: 3, kind: undefined });
    expect(line.words).toStrictEqual(['bash', 'f.txt']);
    expect(line.globals).toMatchObject({ server: 'http://a', output: 'json', quiet: false, 'log-key': [] });
  });

  it('takes a variable where the option is not given, and an empty one for none', () => {
    expect(read('sample bash', { STELE_KIND: 'b', STELE_SERVER: 'http://v' })).toMatchObject({
      options: { kind: 'b' },
      globals: { server: 'http://v' },
    });
    expect(read('sample bash --kind a', { STELE_KIND: 'b' }).options['kind']).toBe('a');
    expect(read('sample bash', { STELE_KIND: '' }).options['kind']).toBeUndefined();
  });

  it('takes a key that begins with hyphens for a value, and what follows -- for words', () => {
    const pem = '-----BEGIN PUBLIC KEY-----';
    expect(parseCommandLine(['sample', 'bash', '--log-key', pem], [SAMPLE], {}).globals['log-key']).toEqual([pem]);
    expect(read('sample bash -- --all').words).toStrictEqual(['bash', '--all']);
  });

  it('gives a command that reads all its own words as they are', () => {
    expect(read('--output json passing --frob -x 1')).toMatchObject({
      words: ['--frob', '-x', '1'],
      globals: { output: 'json' },
    });
  });

  it.each([
    ['sampel', /no command "sampel" \(did you mean sample\?\)/],
    ['sample bash --form 1', /no option --form \(did you mean --from\?\): see stele sample --help/],
    ['sample bash -x', /no option -x/],
    ['sample', /needs SHELL: see stele sample --help/],
    ['sample fish', /there is no "fish": it is bash, zsh/],
    ['sample bash --from 0', /--from is a number from 1 to 9, not "0"/],
    ['sample bash --from 1e0', /--from is a number/],
    ['sample bash --kind c', /--kind is a or b, not "c"/],
    ['sample bash --into', /--into needs a value: --into FILE/],
    ['sample bash --into --all', /--into needs a value/],
    ['sample bash --into a --into b', /--into is given more than once/],
    ['sample bash --all=yes', /--all takes no value/],
  ])('refuses %s', (line, message) => {
    expect(() => read(line)).toThrow(UsageFault);
    expect(() => read(line)).toThrow(message);
  });

  it('names the variable that is wrong', () => {
    expect(() => read('sample bash', { STELE_TIMEOUT: 'soon' })).toThrow(UsageFault);
    expect(() => read('sample bash', { STELE_TIMEOUT: 'soon' })).toThrow(/^STELE_TIMEOUT is a number/);
  });
});

describe('the registry of commands', () => {
  it('has each name once, with examples that the command line takes', () => {
    const names = COMMANDS.map(({ about }) => about.name);
    expect(new Set(names).size).toBe(names.length);
    for (const { about } of COMMANDS) {
      for (const { line } of about.examples) {
        const [program, ...words] =
          line
            .split(' | ', 1)[0]
            ?.replace(/ > .*$/, '')
            .split(' ') ?? [];
        expect(program).toBe('stele');
        expect(parseCommandLine(words, COMMANDS, {}).command?.about.name).toBe(about.name);
      }
    }
  });

  it('has summaries and descriptions for all that there is', () => {
    for (const { about } of COMMANDS) {
      expect([about.name, about.description.length > 0]).toEqual([about.name, true]);
      const texts = [about.summary, ...Object.values(about.options).map(({ summary }) => summary)];
      expect(texts.filter((text) => text === '' || text.endsWith('.'))).toEqual([]);
    }
  });
});

import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../cli/commands/registry.ts';
import { GLOBAL_OPTIONS } from '../../cli/frame/global-options.ts';
import { bashCompletion, fishCompletion, zshCompletion } from '../../cli/help/completion.ts';
import { manualPage } from '../../cli/help/manual.ts';
import { TOPICS } from '../../cli/help/topics.ts';
import { stele } from '../support/stele.ts';

describe('stele help', () => {
  it('lists every command and topic, and tells about each', async () => {
    const { code, out } = await stele(['help']);
    expect(code).toBe(0);
    const names = [...COMMANDS.map(({ about }) => about.name), ...TOPICS.map(({ name }) => name)];
    expect(names.filter((name) => !new RegExp(`^  ${name} `, 'm').test(out))).toEqual([]);
    expect(out.split('\n').filter((line) => line.length > 100)).toEqual([]);
    const [upload, flag, topic] = await Promise.all(
      [
        ['help', 'upload'],
        ['upload', '--help'],
        ['help', 'trust'],
      ].map(async (words) => stele(words)),
    );
    expect(upload?.out).toBe(flag?.out);
    expect(upload?.out).toMatch(/^Examples\n/m);
    expect(topic?.out).toMatch(/^trust: by which keys a log is trusted\n/);
    expect(await stele(['help', 'nothing'])).toMatchObject({ code: 2, out: '' });
  });

  it('no command at all is wrong usage, and shows what there is', async () => {
    const ran = await stele([]);
    expect([ran.code, ran.err]).toEqual([2, '']);
    expect(ran.out).toMatch(/^usage: stele COMMAND/m);
  });

  it('the manual page has every command and option, and nothing that groff does not know', () => {
    const page = manualPage(COMMANDS);
    const { status, stdout, stderr } = spawnSync('groff', ['-man', '-Tascii', '-ww', '-P-c'], {
      input: page,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    const text = stdout.replaceAll(/.\u0008/g, '');
    const names = COMMANDS.flatMap(({ about }) => [
      `stele ${about.name}`,
      ...Object.keys(about.options).map((name) => `--${name}`),
    ]);
    expect(names.filter((name) => !text.includes(name))).toEqual([]);
  });
});

/** Words that bash proposes for the last of some words. */
function bashProposes(...words: readonly string[]): readonly string[] {
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const line = `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _stele; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-u', '-c', `${bashCompletion(COMMANDS)}\n${line}`], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

describe('stele completion', () => {
  it('bash completes commands, options, choices, shells, topics and files', () => {
    expect(bashProposes('stele', 'up')).toEqual(['upload']);
    expect(bashProposes('stele', 'upload', '--con')).toEqual(['--concurrency']);
    expect(bashProposes('stele', 'upload', '--kind', '')).toEqual(['hashedrekord', 'dsse', 'intoto']);
    expect(bashProposes('stele', 'tail', '--kind', '')).toEqual([]);
    expect(bashProposes('stele', 'info', '--output', 'j')).toEqual(['json']);
    expect(bashProposes('stele', '--api', '')).toEqual(['rekor-v1', 'rekor-v2', 'tiles']);
    expect(bashProposes('stele', 'completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(bashProposes('stele', 'help', 'off')).toEqual(['offline']);
    expect(bashProposes('stele', 'upload', 'package.js')).toEqual(['package.json']);
    expect(bashProposes('stele', '--server', 'http://a', 'inf')).toEqual(['info']);
  });

  it.each([
    ['zsh', zshCompletion(COMMANDS)],
    ['fish', fishCompletion(COMMANDS)],
  ])('%s has every command and option', async (shell, script) => {
    const options = [GLOBAL_OPTIONS, ...COMMANDS.map(({ about }) => about.options)].flatMap((table) =>
      Object.keys(table),
    );
    const missing = [...COMMANDS.map(({ about }) => about.name), ...options].filter((name) => !script.includes(name));
    expect(missing).toEqual([]);
    expect(await stele(['completion', shell])).toEqual({ code: 0, out: script, err: '' });
  });

  it('another shell is wrong usage', async () => {
    const ran = await stele(['completion', 'tcsh']);
    expect([ran.code, ran.err]).toEqual([2, 'stele: there is no "tcsh": it is bash, zsh, fish\n']);
  });
});

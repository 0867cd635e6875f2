import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { CAMPAIGNS } from './registry.ts';

function run(...words: readonly string[]) {
  const main = new URL('main.ts', import.meta.url).pathname;
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('npm run campaign', () => {
  it('lists every campaign with its rounds', () => {
    const { status, stdout } = run('--help');
    expect(status).toBe(0);
    for (const [name, { about, rounds }] of Object.entries(CAMPAIGNS)) {
      expect(stdout).toContain(`${name.padEnd(14)} ${about}`);
      expect(stdout).toContain(`--rounds ${rounds}\n`);
    }
  });

  it.each([
    [['kill-10'], 'kill-10: expected one name of a campaign'],
    [['kill-9', 'fuzz'], 'kill-9 fuzz: expected one name of a campaign'],
    [['fuzz', '--rounds', 'ten'], '--rounds ten: expected a number'],
    [['fuzz', '--rounds', '-1'], "Option '--rounds' argument is ambiguous"],
    [['fuzz', '--hours', '1'], "Unknown option '--hours'"],
    [[], 'no campaign: expected one name of a campaign'],
  ])('refuses %j', (words, fault) => {
    const { status, stderr } = run(...words);
    expect(status).toBe(2);
    expect(stderr).toContain(fault);
  });

  it('prints one line of JSON that repeats the run', () => {
    const { status, stdout, stderr } = run('time', '--rounds', '0', '--seed', '7');
    expect([status, stderr]).toEqual([0, 'time: nothing found in 0 rounds\n']);
    expect(JSON.parse(stdout)).toMatchObject({ campaign: 'time', rounds: 0, seed: 7 });
  });
});

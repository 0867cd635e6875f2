import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Project } from './project.ts';

describe('launcher: packages', () => {
  it('are fetched on the first start, and never again', async () => {
    using project = new Project();
    const first = await project.run({ args: ['--help', 'a b'] });
    expect(first).toMatchObject({ code: 0, err: 'fetching packages (once)\n' });
    expect(first.out).toContain('["--help","a b"]');
    expect(await project.run({})).toMatchObject({ code: 0, err: '' });
    expect(project.installations).toBe(1);
    expect(project.names('.installing')).toStrictEqual([]);
  });

  it('are fetched anew when the lockfile asks for others', async () => {
    using project = new Project();
    await project.run({});
    project.lock('', { 'node_modules/a': { version: '1.0.1' } });
    expect(await project.run({})).toMatchObject({ code: 0 });
    expect(project.installations).toBe(2);
    expect(project.packages.toSorted()).toStrictEqual(['.package-lock.json', 'a']);
  });

  it('that npm itself put there are good, and an operator needs none that only development needs', async () => {
    using project = new Project();
    mkdirSync(join(project.folder, 'node_modules', 'a'), { recursive: true });
    const record = { packages: { 'node_modules/a': { version: '1.0.0' } } };
    writeFileSync(join(project.folder, 'node_modules', '.package-lock.json'), JSON.stringify(record));
    expect(await project.run({})).toMatchObject({ code: 0, err: '' });
    mkdirSync(join(project.folder, 'cli'));
    writeFileSync(join(project.folder, 'cli', 'main.ts'), '');
    expect(await project.run({ file: 'cli/main.ts' })).toMatchObject({ code: 0, err: '' });
    writeFileSync(join(project.folder, 'scripts', 'check.ts'), '');
    expect(await project.run({ file: 'scripts/check.ts' })).toMatchObject({ code: 0 });
    expect(project.installations).toBe(1);
  });

  it('for development alone are not fetched for an operator, and are once they are needed', async () => {
    using project = new Project();
    await project.run({});
    expect(project.packages.toSorted()).toStrictEqual(['.package-lock.json', 'a']);
    writeFileSync(join(project.folder, 'scripts', 'check.ts'), '');
    await project.run({ file: 'scripts/check.ts' });
    expect(project.packages.toSorted()).toStrictEqual(['.package-lock.json', 'a', 'd']);
  });

  it('come whole when several start at once', async () => {
    using project = new Project();
    const ends = await Promise.all(Array.from({ length: 4 }, () => project.run({ env: { NPM_TAKES: '300' } })));
    expect(ends.map(({ code, signal }) => code ?? signal)).toStrictEqual([0, 0, 0, 0]);
    expect(project.names('.installing')).toStrictEqual([]);
    expect(await project.run({})).toMatchObject({ code: 0, err: '' });
  });

  it('come whole after a start that was killed in the middle, whose remains go', async () => {
    using project = new Project();
    const first = project.start({ env: { NPM_TAKES: '1500' } });
    while (project.installations === 0) await new Promise((done) => setTimeout(done, 20));
    first.child.kill('SIGKILL');
    await first.end;
    expect(project.packages).toStrictEqual([]);
    expect(project.names('.installing')).toHaveLength(1);
    expect(await project.run({})).toMatchObject({ code: 0 });
    expect(project.names('.installing')).toStrictEqual([]);
  });

  it('that cannot be fetched are said to be needed once, from where', async () => {
    using project = new Project();
    const end = await project.run({ env: { NPM_FAILS: '1' } });
    expect(end).toMatchObject({ code: 1, out: '' });
    expect(end.err).toMatch(
      /^fetching packages \(once\)\ncannot start: npm could not fetch .* ended with 3.*registry.*24\.15/s,
    );
    expect(project.names('.installing')).toStrictEqual([]);
  });
});

describe('launcher: an older Node', () => {
  it('fetches the right one and runs the program on it', async () => {
    using project = new Project();
    const first = await project.run({ pretend: 'old', args: ['x'] });
    expect(first).toMatchObject({
      code: 0,
      err: 'fetching Node, because this one is 20.20.2 (once)\nfetching packages (once)\n',
    });
    expect(first.out).toContain('["x"]');
    expect(await project.run({ pretend: 'old' })).toMatchObject({ code: 0, err: '' });
    expect(project.installations).toBe(2);
  });

  it('says so when npm has none for this machine', async () => {
    using project = new Project();
    project.lock('runtime', { 'node_modules/node-vax': { version: '26.0.0', optional: true } });
    const end = await project.run({ pretend: 'old' });
    expect(end.code).toBe(1);
    expect(end.err).toMatch(/npm has no Node for \S+ \S+: install Node 24\.15 or newer/);
  });
});

describe.each(['none', 'noExecve'] as const)('launcher: ends and signals (%s)', (pretend) => {
  it.each([0, 1, 42])('ends with %i as its program does', async (code) => {
    using project = new Project();
    expect(await project.run({ pretend, args: ['exit', String(code)] })).toMatchObject({ code });
  });

  it('ends with 128 and the number of the signal that ended the program', async () => {
    using project = new Project();
    const { code, signal } = await project.run({ pretend, args: ['die', 'SIGKILL'] });
    expect(signal ?? code).toBe(pretend === 'none' ? 'SIGKILL' : 137);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGALRM'] as const)(
    'passes %s on once, and waits for the program',
    async (signal) => {
      using project = new Project();
      const running = project.start({ pretend, args: ['wait'] });
      await running.printed('ready');
      running.child.kill(signal);
      const { code, out } = await running.end;
      expect(code).toBe(7);
      expect(out.split('\n').filter((line) => line.startsWith('got'))).toStrictEqual([`got ${signal}`]);
      const program = Number(out.split(' ', 1)[0]);
      expect(() => process.kill(program, 0)).toThrow(/ESRCH/);
    },
  );

  it('keeps compiled modules in node_modules, or where NODE_COMPILE_CACHE says', async () => {
    using project = new Project();
    expect(await project.run({ args: ['exit', '0'] })).toMatchObject({ code: 0 });
    expect(project.names('node_modules/.cache/compiled')).not.toStrictEqual([]);
    const chosen = join(project.folder, 'chosen');
    expect(await project.run({ args: ['exit', '0'], env: { NODE_COMPILE_CACHE: chosen } })).toMatchObject({ code: 0 });
    expect(project.names('chosen')).not.toStrictEqual([]);
  });

  it('ends with 1 when there is no such file', async () => {
    using project = new Project();
    expect(await project.run({ pretend, file: 'server/none.ts' })).toMatchObject({ code: 1 });
  });
});

describe.each(['SIGTERM', 'SIGKILL'] as const)('launcher: npm (%s)', (signal) => {
  it('stops the program when the shell of npm is killed', async () => {
    using project = new Project();
    const running = project.start({ args: ['wait'], shell: true, env: { npm_lifecycle_event: 'start' } });
    await running.printed('ready');
    running.child.kill(signal);
    const { out } = await running.end; // the end of all who hold the output
    expect(out.split('\n').filter((line) => line.startsWith('got'))).toStrictEqual(['got SIGTERM']);
    expect(() => process.kill(Number(out.split(' ', 1)[0]), 0)).toThrow(/ESRCH/);
  });
});

describe('launcher: nohup', () => {
  it('lets the program go on when a hangup has ended npm, for SIGTERM to stop', async () => {
    using project = new Project();
    const env = { npm_lifecycle_event: 'start' };
    const running = project.start({ args: ['wait', 'goes on'], shell: true, env, group: true });
    await running.printed('ready');
    process.kill(-(running.child.pid ?? 0), 'SIGHUP'); // as a terminal that closes: shell, launcher and program
    await running.printed('got SIGHUP');
    process.kill(-(running.child.pid ?? 0), 'SIGTERM');
    const { out } = await running.end;
    expect(out).toMatch(/got SIGHUP[^]*got SIGTERM/);
  });
});

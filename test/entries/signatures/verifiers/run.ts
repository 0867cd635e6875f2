import { spawnSync } from 'node:child_process';

const file = (name: string): string =>
  new URL(`../../../../entries/signatures/verifiers/${name}`, import.meta.url).href;

/** The files that modules which are run import: absolute, because they stand nowhere. */
export const CHOOSE = file('choose.ts');

/** Runs a module in a process of its own, with `chooseVerifier` in reach. */
export function run(script: string, ...flags: readonly string[]) {
  const module = `import { chooseVerifier } from '${CHOOSE}';\n${script}`;
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, '--input-type=module', '--eval', module], {
    encoding: 'utf8',
  });
  return { stdout: stdout.trim(), stderr: stderr.trim(), status };
}

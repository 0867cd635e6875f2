import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Count, NOTHING, plus, readReport } from './check/report.ts';
import { provide, providePostgres, provideUnpacked } from './check/programs.ts';
import { runNode } from './check/run.ts';

/*
 * Everything that must hold before a change goes in: `npm test`. With words behind it, `npm test -- merkle`, only the
 * tests whose path has one of them; with `--only lint`, only that check. The last line is `N passed, N failed`: tests, and
 * one for each other check.
 */

interface Check {
  readonly title: string;
  /** A script of this project or of a package, and its arguments. */
  readonly command: readonly string[];
}

const CHECKS: readonly Check[] = [
  { title: 'format', command: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'] },
  { title: 'lint', command: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'] },
  { title: 'types', command: ['node_modules/typescript-7/bin/tsc', '--noEmit', '-p', '.'] },
  { title: 'types of the pages', command: ['node_modules/typescript-7/bin/tsc', '--noEmit', '-p', 'web'] },
  { title: 'unused files, exports and packages', command: ['node_modules/knip/bin/knip.js'] },
  { title: 'generated OpenAPI files are fresh', command: ['scripts/build-openapi.ts', '--check'] },
  { title: 'generated settings manual is fresh', command: ['scripts/build-settings-doc.ts', '--check'] },
  { title: 'generated manual of metrics is fresh', command: ['scripts/build-metrics-doc.ts', '--check'] },
  { title: 'generated manual of commands is fresh', command: ['scripts/build-cli-doc.ts', '--check'] },
  { title: 'packages, licences and bill of materials', command: ['scripts/check-packages.ts'] },
  { title: 'OpenAPI document', command: ['node_modules/@redocly/cli/bin/cli.js', 'lint', 'openapi/openapi.json'] },
];

async function check({ title, command }: Check): Promise<Count> {
  const succeeded = (await heading(title, () => runNode(command))) === 0;
  return { passed: succeeded ? 1 : 0, failed: succeeded ? 0 : 1 };
}

async function tests(patterns: readonly string[]): Promise<Count> {
  provide(['strace', 'chromium', 'curl', 'groff', 'openssl', 'softhsm2-util', 'pkcs11-tool']);
  provideUnpacked('prometheus', 'promtool');
  providePostgres();
  const report = join(tmpdir(), `stele-check-${process.pid}.json`);
  const compiled = join(tmpdir(), `stele-check-${process.pid}-compiled`);
  process.env['NODE_COMPILE_CACHE'] = compiled; // tests start some hundred processes, each with the same modules
  const flags = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await heading('tests', () => runNode(['node_modules/vitest/vitest.mjs', ...flags, ...patterns]));
  try {
    return readReport(readFileSync(report, 'utf8'), code);
  } catch {
    return readReport(undefined, code);
  } finally {
    rmSync(report, { force: true });
    rmSync(compiled, { recursive: true, force: true });
  }
}

async function heading<T>(title: string, work: () => Promise<T>): Promise<T> {
  console.log(`\n== ${title}`);
  const start = performance.now();
  const result = await work();
  console.log(`== ${title}: ${result === 0 ? 'good' : 'FAILED'}, ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

const { values, positionals: patterns } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' } } });
const chosen = CHECKS.filter(({ title }) => (values.only ?? title) === title);
if (chosen.length === 0)
  throw new Error(`there is no check ${values.only}: ${CHECKS.map(({ title }) => title).join(', ')}`);
let total = NOTHING;
for (const one of patterns.length === 0 ? chosen : []) total = plus(total, await check(one));
if (values.only === undefined) total = plus(total, await tests(patterns));
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

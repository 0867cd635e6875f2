import { describe, expect, it } from 'vitest';
import { readReport } from '../../scripts/check/report.ts';

const report = (...files: readonly (readonly [string, ...string[]])[]): string =>
  JSON.stringify({
    testResults: files.map(([status, ...tests]) => ({
      status,
      assertionResults: tests.map((one) => ({ status: one })),
    })),
  });

describe('npm test: what is counted', () => {
  it('counts tests over all files, and not those that were skipped', () => {
    const text = report(['passed', 'passed', 'skipped', 'todo'], ['failed', 'passed', 'failed', 'failed']);
    expect(readReport(text, 1)).toStrictEqual({ passed: 2, failed: 2 });
  });

  it('counts a file that could not be loaded as a failure', () => {
    expect(readReport(report(['failed'], ['passed', 'passed']), 1)).toStrictEqual({ passed: 1, failed: 1 });
  });

  it('counts a file whose tests pass but which failed all the same', () => {
    expect(readReport(report(['failed', 'passed']), 1)).toStrictEqual({ passed: 1, failed: 1 });
  });

  it.each<[string, string | undefined, number]>([
    ['wrote no report', undefined, 0],
    ['found no test', report(), 0],
    ['skipped all', report(['passed', 'skipped']), 0],
  ])('is a failure when vitest %s', (_what, text, code) => {
    expect(readReport(text, code)).toStrictEqual({ passed: 0, failed: 1 });
  });

  it('is a failure when vitest ended badly though every test passed', () => {
    expect(readReport(report(['passed', 'passed']), 1)).toStrictEqual({ passed: 1, failed: 1 });
  });
});

export interface Count {
  readonly passed: number;
  readonly failed: number;
}

export const NOTHING: Count = { passed: 0, failed: 0 };

export function plus(a: Count, b: Count): Count {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed };
}

/** The members read from a JSON report, which vitest writes in jest's form. */
interface Report {
  readonly testResults?: readonly {
    readonly status?: string;
    readonly assertionResults?: readonly { readonly status?: string }[];
  }[];
}

/**
 * Counts tests, and one failure more for each file that could not be loaded. A run that ended badly, wrote no report or
 * tested nothing has at least one failure, so that silence is never taken for success.
 *
 * @param code - exit code of vitest
 */
export function readReport(text: string | undefined, code: number): Count {
  const files = text === undefined ? [] : ((JSON.parse(text) as Report).testResults ?? []);
  const statuses = files.flatMap(({ assertionResults = [] }) => assertionResults.map(({ status }) => status));
  const passed = statuses.filter((status) => status === 'passed').length;
  const broken = files.filter(
    ({ status, assertionResults = [] }) =>
      status === 'failed' && !assertionResults.some((one) => one.status === 'failed'),
  );
  const failed = statuses.filter((status) => status === 'failed').length + broken.length;
  const silent = failed === 0 && (code !== 0 || passed === 0);
  return { passed, failed: silent ? 1 : failed };
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './inspect.ts';

const FOLDERS =
  'api|base|bench|checkpoint|cli|client|deploy|docs|entries|examples|host|log|merkle|openapi|scripts|server|storage|test|trust|web|witness';
const NAMED_PATH = new RegExp(String.raw`\`(?:node )?((?:${FOLDERS})/[\w./-]*)\``, 'g');

const pathsIn = (text: string): readonly string[] => [...text.matchAll(NAMED_PATH)].map(([, path = '']) => path);
const missing = (paths: readonly string[]): readonly string[] => paths.filter((path) => !existsSync(join(ROOT, path)));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Rows of the table below the heading that begins with `title`. */
function stepsOf(title: string): readonly string[] {
  const [, section = ''] = read('docs/tour.md').split(`\n## ${title}`);
  return pathsIn(
    section
      .split('\n## ', 1)
      .join('')
      .match(/^\| `.*$/gm)
      ?.join('\n') ?? '',
  );
}

describe('the tour of the code', () => {
  it.each([
    'docs/tour.md',
    'docs/architecture.md',
    'docs/adding-a-kind.md',
    'docs/adding-an-engine.md',
    'CONTRIBUTING.md',
  ])('has no path in %s that does not exist', (page) => {
    expect(pathsIn(read(page)).length).toBeGreaterThan(3);
    expect(missing(pathsIn(read(page)))).toStrictEqual([]);
  });

  it('finds a planted path that does not exist', () => {
    expect(missing(pathsIn('see `log/log.ts`, `log/no-such.ts` and `node scripts/no-such.ts`'))).toStrictEqual([
      'log/no-such.ts',
      'scripts/no-such.ts',
    ]);
  });

  it('walks from the socket to the row in at most 18 files', () => {
    const steps = stepsOf('Submit');
    expect(steps.at(0)).toBe('server/app.ts');
    expect(steps.at(-1)).toBe('storage/engines/sqlite/writer/writer.ts');
    expect(steps.length).toBeLessThanOrEqual(18);
  });

  it.each(['README.md', 'CONTRIBUTING.md'])('is linked from %s', (page) => {
    expect(read(page)).toContain('](docs/tour.md)');
  });
});

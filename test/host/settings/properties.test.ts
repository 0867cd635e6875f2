import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SettingsFault } from '../../../host/settings/failures.ts';
import { readSettings, settingTable } from '../../../host/settings/read.ts';
import { settingName, variableName } from '../../../host/settings/values/setting.ts';
import { faults, input, printed, settings, host } from './examples.ts';

const table = Object.entries(settingTable(host));
const names = table.map(([property]) => settingName(property));

/** Any text, and often one that is nearly a setting. */
const junk = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(...names),
  fc.constantFrom(
    '--',
    '=',
    '--dev',
    '--config',
    'stele.yaml',
    '--help=',
    '--print-settings',
    '1',
    'on',
    'none',
    '{',
    '[',
    '*a',
    '&a ',
  ),
);
const argument = fc.oneof(
  junk,
  fc.constantFrom(...names).map((name) => `--${name}`),
  fc.tuple(junk, junk).map(([a, b]) => `--${a}=${b}`),
);
const variables = fc.dictionary(
  fc.oneof(
    junk,
    junk.map((text) => `STELE_${text}`),
    fc.constantFrom(...names).map(variableName),
  ),
  junk,
);
const file = fc.oneof(
  junk,
  fc.array(fc.tuple(junk, junk).map(([name, value]) => `${name}: ${value}`)).map((lines) => lines.join('\n')),
  fc.json(),
  fc.dictionary(fc.constantFrom(...names), fc.jsonValue()).map((members) => JSON.stringify(members)),
);

/** Settings, or faults with a line each: nothing else may come of any input. */
function outcome(read: () => unknown): 'settings' | 'faults' {
  try {
    read();
    return 'settings';
  } catch (error) {
    if (!(error instanceof SettingsFault)) throw error;
    const lines = error.message.split('\n');
    const unreadable = lines.length !== error.faults.length || lines.some((line) => line.length > 1000);
    if (unreadable) throw new Error('a fault is not a short line', { cause: error });
    return 'faults';
  }
}

describe('settings: any input', () => {
  it('gives settings or faults, never a crash', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        fc.array(argument, { maxLength: 8 }),
        variables,
        fc.option(file, { nil: undefined }),
        (argv, env, text) => {
          seen.add(outcome(() => readSettings(input({ argv, env, ...(text === undefined ? {} : { file: text }) }))));
        },
      ),
      { numRuns: 2000 },
    );
    expect([...seen].toSorted()).toStrictEqual(['faults', 'settings']);
  });

  it('survives a reader of files that throws anything', () => {
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        const readFile = (): string => {
          throw thrown;
        };
        expect(outcome(() => readSettings({ ...input({ argv: ['--config', 'x'] }), readFile }))).toBe('faults');
      }),
    );
  });
});

/** A value that no setting takes, but for paths: those take nearly everything. */
const IMPOSSIBLE_TEXT = '\0';

describe('settings: faults of any number', () => {
  it('are found all at once, from every source, each by its own name', () => {
    const sources = fc.constantFrom('flag' as const, 'variable' as const, 'file' as const);
    const wrong = fc.uniqueArray(fc.tuple(fc.constantFrom(...names), sources), {
      minLength: 1,
      selector: ([name]) => name,
    });
    fc.assert(
      fc.property(wrong, (places) => {
        const of = (source: string) => places.filter(([, where]) => where === source).map(([name]) => name);
        const found = faults({
          argv: of('flag').map((name) => `--${name}=${IMPOSSIBLE_TEXT}`),
          env: Object.fromEntries(of('variable').map((name) => [variableName(name), IMPOSSIBLE_TEXT])),
          file: JSON.stringify(Object.fromEntries(of('file').map((name) => [name, IMPOSSIBLE_TEXT]))),
        });
        const named = {
          flag: (n: string) => `--${n}`,
          variable: variableName,
          file: (n: string) => `${n} in stele.yaml`,
        };
        const expected = places.map(([name, where]) => named[where](name));
        expect(expected.filter((name) => !found.some((line) => line.startsWith(`${name} "`)))).toStrictEqual([]);
      }),
    );
  });
});

describe('settings: --print-settings', () => {
  it('prints a file that reads back as the same settings', () => {
    const texts = fc.record(
      {
        batch: fc.integer({ min: 1, max: 65_536 }).map(String),
        data: fc.string({ minLength: 1 }).filter((text) => !text.includes('\0') && !/[/\\.]/.test(text)),
        'ready-within': fc.integer({ min: 0, max: 600_000 }).map((n) => `${n}ms`),
        kinds: fc.subarray(['intoto', 'dsse:0.0.1', 'hashedrekord']).map((list) => list.join(',') || 'none'),
        'tls-cert': fc.constant('c'),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(texts, (given) => {
        const argv = Object.entries(given).map(([name, text]) => `--${name}=${text}`);
        if (given['tls-cert'] !== undefined) argv.push('--tls-key=k');
        const text = printed({ argv: [...argv, '--print-settings'] });
        expect(settings({ file: text })).toStrictEqual(settings({ argv }));
      }),
    );
  });
});

import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createLogger, type LoggerOptions } from '../../../host/logging/logger.ts';

/** Returns the lines that a logger writes. */
function written(options: Partial<LoggerOptions>, say: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  say(
    createLogger({
      format: 'json',
      level: 'debug',
      dev: false,
      stream: { write: (line) => lines.push(line) },
      ...options,
    }),
  );
  return lines.join('');
}

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

describe('logging: json', () => {
  it('writes one object a line, with level, time and message', () => {
    const line = written({}, (log) => log.info('made the signing key', { key: 'data/keys/tile.pem', size: 3 }));
    expect(line.endsWith('}\n')).toBe(true);
    expect(JSON.parse(line)).toStrictEqual({
      level: 'info',
      time: expect.stringMatching(new RegExp(`^${TIME}$`)) as unknown,
      message: 'made the signing key',
      key: 'data/keys/tile.pem',
      size: 3,
    });
  });

  it('tells an error with its stack', () => {
    const line = written({}, (log) => log.fatal('cannot go on', { error: new RangeError('disk is full') }));
    expect(JSON.parse(line)).toMatchObject({
      level: 'fatal',
      error: {
        type: 'RangeError',
        message: 'disk is full',
        stack: expect.stringContaining('logger.test.ts') as unknown,
      },
    });
  });
});

describe('logging: text', () => {
  it('writes the same calls for people', () => {
    const line = written({ format: 'text' }, (log) =>
      log.info('made the signing key', { key: 'tile.pem', note: 'two words' }),
    );
    expect(line).toMatch(new RegExp(`^${TIME} info  made the signing key key=tile.pem note="two words"\n$`));
  });

  it('puts the stack of an error below the line', () => {
    const line = written({ format: 'text' }, (log) => log.error('failed', { error: new Error('no such table') }));
    expect(line).toMatch(/^\S+ error failed error="no such table"\n {4}Error: no such table\n {8}at /);
  });

  it('lets no stranger start a line or move the cursor', () => {
    const line = written({ format: 'text' }, (log) =>
      log.warn('a\nb\u001b[2J', { path: '/x\r\n2026 info forged\u202e' }),
    );
    expect(line.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(line).toContain(String.raw`a\u000ab\u001b[2J path="/x\r\n2026 info forged\u202e"`);
  });
});

describe('logging: levels and dev', () => {
  it.each([
    ['debug', ['debug', 'info', 'warn', 'error', 'fatal']],
    ['info', ['info', 'warn', 'error', 'fatal']],
    ['warn', ['warn', 'error', 'fatal']],
    ['error', ['error', 'fatal']],
    ['silent', []],
  ] as const)('%s writes %s', (level, expected) => {
    const text = written({ level, format: 'text' }, (log) => {
      for (const label of ['debug', 'info', 'warn', 'error', 'fatal'] as const) log[label]('x');
    });
    expect([...text.matchAll(/^\S+ (\w+)/gm)].map(([, label]) => label)).toStrictEqual(expected);
  });

  it('marks every line while keys are in memory', () => {
    expect(written({ dev: true, format: 'text' }, (log) => log.info('x'))).toContain('dev="keys in memory"');
    expect(written({ dev: true }, (log) => log.info('x'))).toContain('"dev":"keys in memory"');
    expect(written({ dev: false }, (log) => log.info('x'))).not.toContain('dev');
  });
});

describe('logging: secrets', () => {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  const kept = pem.split('\n')[1] ?? '';

  it.each<[string, (log: ReturnType<typeof createLogger>) => void]>([
    ['in the message', (log) => log.info(`read ${pem}`)],
    ['in a field', (log) => log.info('read', { text: pem })],
    ['deep in a field', (log) => log.info('read', { a: { b: [pem, pem] } })],
    ['in an error', (log) => log.info('read', { error: new Error(`no key: ${pem}`) })],
    ['cut off', (log) => log.info('read', { text: pem.slice(0, 80) })],
    [
      'under its name',
      (log) => log.info('read', { privateKey: kept, 'client-secret': kept, headers: { Authorization: kept } }),
    ],
  ])('never writes a private key: %s', (_where, say) => {
    for (const format of ['json', 'text'] as const) {
      const line = written({ format }, say);
      expect(line).toContain('[withheld]');
      expect(line).not.toContain(kept.slice(0, 12));
    }
  });

  it('leaves public keys and all else as they are', () => {
    const fields = { publicKey: '-----BEGIN PUBLIC KEY-----', tokens: 3, key: 'keys/tile.pem', escaped: '"token":"x"' };
    expect(JSON.parse(written({}, (log) => log.info('x', fields)))).toMatchObject(fields);
  });
});

describe('logging: standard output', () => {
  it.each(['json', 'text'])('has the last line of a process that dies at once (%s)', (format) => {
    const program = `
      import { createLogger } from './host/logging/logger.ts';
      const log = createLogger({ format: '${format}', level: 'info', dev: false });
      for (let i = 0; i < 2000; i += 1) log.info('line ' + i, { pad: 'x'.repeat(100) });
      log.fatal('the last word');
      process.kill(process.pid, 'SIGKILL');`;
    let out = '';
    try {
      out = execFileSync(process.execPath, ['--input-type=module-typescript', '-e', program], {
        encoding: 'utf8',
        maxBuffer: 1e7,
      });
    } catch (error) {
      out = (error as { stdout: string }).stdout;
    }
    expect(out.trimEnd().split('\n')).toHaveLength(2001);
    expect(out.trimEnd().split('\n').at(-1)).toContain('the last word');
  });
});

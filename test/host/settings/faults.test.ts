import { describe, expect, it } from 'vitest';
import { faults } from './examples.ts';

describe('settings: faults', () => {
  it('names each one by the name it was given under, with the value and what is allowed, all at once', () => {
    expect(
      faults({
        argv: ['--listen', '3000', '--max-canonical-body=65536', '--log-level', 'loud'],
        env: { STELE_READY_WITHIN: '5' },
        file: 'kinds: [rekord]\nmax-retrieve: many\n',
      }),
    ).toStrictEqual([
      '--listen "3000": expected HOST:PORT, [IPv6]:PORT or :PORT, with a port from 0 to 65535',
      '--max-canonical-body "65536": expected a size from 1B to 65535B, in bytes or with KiB, MiB or GiB',
      '--log-level "loud": expected debug, info, warn, error, silent',
      'STELE_READY_WITHIN "5": expected a time from 0 to 10m, with ms, s or m',
      'kinds in stele.yaml "rekord": "rekord" is not known; expected none, or with commas between them some of hashedrekord, intoto, dsse, hashedrekord:0.0.1, intoto:0.0.1, intoto:0.0.2, dsse:0.0.1',
      'max-retrieve in stele.yaml "many": expected a whole number from 1 to 1000',
    ]);
  });

  it('refuses names it does not know, and guesses what was meant', () => {
    expect(
      faults({
        argv: ['--lisen', ':1', '--frobnicate'],
        env: { STELE_BACH: '1' },
        file: 'max-retreive: 1\nconfig: x\n',
      }),
    ).toStrictEqual([
      '--lisen: no such flag; did you mean --listen?',
      ':1: is no flag; flags start with --',
      '--frobnicate: no such flag; --help lists them all',
      'STELE_BACH: no such variable; did you mean STELE_BATCH?',
      'max-retreive in stele.yaml: no such setting; did you mean max-retrieve?',
      'config in stele.yaml: no such setting; --help lists them all',
    ]);
  });

  it.each<[string, readonly string[], string]>([
    ['a flag without its value', ['--data'], '--data: needs a value'],
    ['a flag before another one', ['--data', '--dev'], '--data: needs a value'],
    ['a switch that is not told which way', ['--genesis'], '--genesis: needs a value'],
    ['a flag given twice', ['--batch', '1', '--batch', '1'], '--batch "1": is given more than once'],
    ['a bare word', ['serve'], 'serve: is no flag; flags start with --'],
    ['two dashes', ['--'], '--: is no flag; flags start with --'],
    [
      'an empty value',
      ['--origin='],
      '--origin "": expected a host name in lower case, without scheme, port or path, such as log.example.org',
    ],
  ])('refuses %s', (_what, argv, line) => {
    expect(faults({ argv })).toContain(line);
  });

  it('reports a weaker value too, even when a stronger one hides it', () => {
    expect(faults({ argv: ['--batch', '1'], env: { STELE_BATCH: '0' } })).toStrictEqual([
      'STELE_BATCH "0": expected a whole number from 1 to 65536',
    ]);
  });

  it.each(['300.1.1.1:1', '::1:3000', '[1.2.3.4]:1', 'a b:1', 'host:', 'host:-1', '[::1:3000', 'http://x:1'])(
    'cannot listen on %s',
    (text) => {
      expect(faults({ argv: [`--listen=${text}`] })).toHaveLength(1);
    },
  );

  it.each([
    'Log.example',
    'https://log.example',
    'log.example:443',
    'log.example/v1',
    'a b',
    'a+b',
    '-a',
    'a.',
    '.',
    '1.2.3.4',
  ])('is no origin: %s', (text) => {
    expect(faults({ argv: [`--origin=${text}`] })).toHaveLength(1);
  });

  it.each([
    '',
    'localhost',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '1.2.3',
    '10.0.0.0/8/8',
    'fe80::1%eth0',
    'loopback,,loopback',
  ])('is no list of proxies: "%s"', (text) => {
    expect(faults({ argv: [`--trusted-proxies=${text}`] })).toHaveLength(1);
  });

  it.each(['32mib', '1.5MiB', '0x10', '-1', '1e3', '9999999999999999', ' 1', '1 KiB', '257MiB'])(
    'is no size of a body: %s',
    (text) => {
      expect(faults({ argv: [`--max-request-body=${text}`] })).toHaveLength(1);
    },
  );
});

describe('settings: values that are right alone and wrong together', () => {
  it('refuses files beside --dev, under whichever name they were given', () => {
    expect(faults({ argv: ['--dev', '--data', 'x'], env: { STELE_V1_KEY: 'k' }, file: 'heads: h\n' })).toStrictEqual([
      '--data "x": has no use with --dev, which writes nothing',
      'heads in stele.yaml "h": has no use with --dev, which writes nothing',
      'STELE_V1_KEY "k": has no use with --dev, which writes nothing',
    ]);
  });

  it('refuses what has no use with --read-only', () => {
    const argv = [
      '--read-only',
      '--dev',
      '--begin',
      '--witness-for',
      'f',
      '--witness',
      'prefer',
      '--witness-policy',
      'p',
    ];
    expect(faults({ argv })).toEqual(
      expect.arrayContaining([
        '--dev: has no use with --read-only, which writes nothing',
        '--begin: has no use with --read-only, which writes nothing',
        '--witness-for "f": has no use with --read-only, which writes nothing',
        '--witness "prefer": has no use with --read-only, which writes nothing',
      ]),
    );
  });

  it('wants certificate and key together', () => {
    expect(faults({ argv: ['--tls-cert', 'c'] })).toStrictEqual(['--tls-cert "c": needs --tls-key beside it']);
    expect(faults({ argv: ['--tls-key', 'k'] })).toStrictEqual(['--tls-key "k": needs --tls-cert beside it']);
    expect(faults({ argv: ['--tls-key', 'k', '--tls-cert', 'c'] })).toStrictEqual([]);
  });

  it('keeps the archive out of the folders that it is a copy of, and from a log that writes none', () => {
    const inside = 'may not lie in the data or the heads folder: give it another disk';
    for (const archive of ['log/archive', 'log-heads/x'])
      expect(faults({ argv: ['--data', 'log', '--archive', archive] })).toStrictEqual([
        `--archive "${archive}": ${inside}`,
      ]);
    expect(faults({ argv: ['--read-only', '--archive', 'a'] })).toStrictEqual([
      '--archive "a": has no use with --read-only, which writes nothing',
    ]);
    expect(faults({ argv: ['--dev', '--archive', 'a'] })).toStrictEqual([
      '--archive "a": has no use with --dev, which writes nothing',
    ]);
  });

  it.each(['log', 'log/heads', './log/../log/x', '/srv/../srv/log'])(
    'keeps the journal out of the data folder: %s',
    (heads) => {
      const data = heads.startsWith('/') ? '/srv/log' : 'log';
      expect(faults({ argv: ['--data', data, '--heads', heads] })).toStrictEqual([
        `--heads "${heads}": the journal of heads may not lie in the data folder`,
      ]);
    },
  );

  it('lets the journal lie beside the data folder, or above it', () => {
    expect(faults({ argv: ['--data', 'log', '--heads', 'logs'] })).toStrictEqual([]);
    expect(faults({ argv: ['--data', 'a/b', '--heads', '..heads'] })).toStrictEqual([]);
  });

  it('wants room for one body at least', () => {
    expect(faults({ argv: ['--max-bodies-in-flight', '1MiB'] })).toStrictEqual([
      '--max-bodies-in-flight: --max-bodies-in-flight (1048576 bytes) must hold at least one --max-request-body (33554432 bytes)',
    ]);
    expect(faults({ argv: ['--max-bodies-in-flight', '2MiB', '--max-request-body', '1MiB'] })).toStrictEqual([
      '--max-bodies-in-flight: --max-bodies-in-flight (2097152 bytes) must hold at least one --max-v2-request-body (4194304 bytes)',
    ]);
  });
});

describe('settings: files that cannot be read', () => {
  it('says which name led to a file that is not there', () => {
    expect(faults({ env: { STELE_CONFIG: 'gone.yaml' } })).toStrictEqual([
      `STELE_CONFIG "gone.yaml": cannot be read: there is no such file or folder (ENOENT, open)`,
    ]);
  });

  it.each([
    ['a list', '- batch\n', /is no list of settings/],
    ['a word', 'batch', /is no list of settings/],
    ['a member twice', 'batch: 1\nbatch: 2\n', /is no YAML: Map keys must be unique/],
    ['brackets that do not close', 'kinds: [a\n', /is no YAML/],
    ['an address that YAML takes for a list', 'listen: [::1]:3000\n', /is no YAML/],
    ['two documents', 'batch: 1\n---\nbatch: 2\n', /is no YAML/],
    ['an object inside', 'batch: {of: 1}\n', /batch in stele.yaml: is no text, number, switch or list of texts/],
    ['a member without a value', 'batch:\n', /batch in stele.yaml: is no text/],
    ['a list with lists in it', 'kinds: [[dsse]]\n', /kinds in stele.yaml: is no text/],
    ['more text than settings can be', `# ${'x'.repeat(70_000)}`, /longer than 65536 characters/],
    ['aliases of aliases', bomb(), /is no YAML/],
    ['brackets without end', '['.repeat(60_000), /is no YAML/],
    ['the prototype of all objects', '__proto__: {dev: true}\n', /no such setting/],
  ])('refuses %s', (_what, file, reason) => {
    expect(faults({ file }).join('\n')).toMatch(reason);
  });
});

function bomb(): string {
  const levels = Array.from(
    { length: 20 },
    (_, i) => `a${i + 1}: &a${i + 1} [${Array<string>(9).fill(`*a${i}`).join(', ')}]`,
  );
  return ['a0: &a0 [x]', ...levels].join('\n');
}

import { describe, expect, it } from 'vitest';
import { readCommand } from '../../../host/settings/command.ts';
import { faults, input, settings } from './examples.ts';

describe('settings: defaults', () => {
  it('serves this machine only, from ./data, and leaves the name to the log', () => {
    expect(settings({})).toMatchObject({
      listen: { host: '127.0.0.1', port: 3000 },
      data: './data',
      heads: './data-heads',
      rekorKey: './data/keys/rekor-v1.pem',
      c2spKey: './data/keys/tile.pem',
      origin: undefined,
      publicUrl: undefined,
      dev: false,
      genesis: true,
      volume: 'fixed',
      tlsCert: undefined,
    });
  });

  it('takes what Rekor takes', () => {
    expect(settings({})).toMatchObject({
      kinds: ['hashedrekord:0.0.1', 'intoto:0.0.1', 'intoto:0.0.2', 'dsse:0.0.1'],
      algorithms: [
        'ecdsa-sha2-256-nistp256',
        'ecdsa-sha2-384-nistp384',
        'ecdsa-sha2-512-nistp521',
        'ed25519',
        'ed25519-ph',
        'rsa-sign-pkcs1-2048-sha256',
        'rsa-sign-pkcs1-3072-sha256',
        'rsa-sign-pkcs1-4096-sha256',
      ],
      duplicates: 'conflict',
      maxAttestationSize: 102_400,
      maxRetrieve: 10,
      trustedProxies: [],
    });
    expect(settings({}).operations).toHaveLength(9);
  });

  it('counts sizes in bytes and times in milliseconds', () => {
    expect(settings({})).toMatchObject({
      maxRequestBody: 33_554_432,
      maxWaitingBytes: 67_108_864,
      maxBodiesInFlight: 41_943_040,
      shutdownTimeout: 15_000,
      readyWithin: 5000,
      clockTolerance: 10_000,
    });
  });

  it('follows the data folder with the journal and the keys', () => {
    expect(settings({ argv: ['--data', '/srv/log/'] })).toMatchObject({
      data: '/srv/log/',
      heads: '/srv/log-heads',
      rekorKey: '/srv/log/keys/rekor-v1.pem',
    });
  });

  it('leaves one processor to HTTP, and writes for people on a terminal', () => {
    expect(settings({})).toMatchObject({ admissionThreads: 3, logFormat: 'json' });
    const alone = settings({ host: { cores: 1, terminal: true } });
    expect(alone).toMatchObject({ admissionThreads: 1, logFormat: 'text' });
  });

  it('takes an address of the server without a slash at the end, and none with a query', () => {
    const publicUrl = (text: string) => settings({ argv: ['--public-url', text] }).publicUrl;
    expect(publicUrl('https://log.example.org/')).toBe('https://log.example.org');
    expect(() => publicUrl('https://log.example.org/?a=b')).toThrow('--public-url');
    expect(() => publicUrl('log.example.org')).toThrow('--public-url');
  });

  it('is frozen', () => {
    const read = settings({});
    expect(Object.isFrozen(read)).toBe(true);
    expect(Object.isFrozen(read.kinds)).toBe(true);
    expect(Object.isFrozen(read.listen)).toBe(true);
  });
});

describe('settings: sources', () => {
  const file = 'batch: 3\nmax-waiting: 3\nmax-retrieve: 3\n';

  it('lets a flag beat a variable, a variable the file, the file the default', () => {
    const env = { STELE_BATCH: '2', STELE_MAX_WAITING: '2' };
    expect(settings({ argv: ['--batch', '1'], env, file })).toMatchObject({
      batch: 1,
      maxWaiting: 2,
      maxRetrieve: 3,
      searchPage: 1000,
    });
  });

  it('takes --name value and --name=value, and nothing else of a value from its equals signs', () => {
    expect(settings({ argv: ['--origin=log.example', '--data=a=b', '--genesis', 'off'] })).toMatchObject({
      origin: 'log.example',
      data: 'a=b',
      genesis: false,
    });
  });

  it('takes --dev alone, and does not eat what follows', () => {
    expect(settings({ argv: ['--dev', '--batch', '1'] })).toMatchObject({ dev: true, batch: 1 });
    expect(settings({ argv: ['--dev=off'], env: { STELE_DEV: '1' } }).dev).toBe(false);
  });

  it('takes YAML with lists, numbers and switches', () => {
    const yaml =
      'kinds: [intoto, "dsse:0.0.1"]\ngenesis: false\nattestations: off\nmax-request-body: 1048576\noperations: []\n';
    expect(settings({ file: yaml })).toMatchObject({
      kinds: ['intoto:0.0.1', 'intoto:0.0.2', 'dsse:0.0.1'],
      genesis: false,
      attestations: false,
      maxRequestBody: 1_048_576,
      operations: [],
    });
  });

  it('takes JSON, and a file that says nothing', () => {
    expect(settings({ file: '{"listen": "[::1]:0", "trusted-proxies": ["loopback", "10.0.0.0/8"]}' })).toMatchObject({
      listen: { host: '::1', port: 0 },
      trustedProxies: ['loopback', '10.0.0.0/8'],
    });
    expect(settings({ file: '# nothing yet\n' }).batch).toBe(256);
  });

  it('finds the file by STELE_CONFIG, unless --config names another', () => {
    const read = input({ file });
    expect(readCommand({ ...read, argv: [], env: { STELE_CONFIG: 'stele.yaml' } }, '1')).toMatchObject({
      settings: { batch: 3 },
    });
    expect(readCommand({ ...read, env: { STELE_CONFIG: 'other.yaml' } }, '1')).toMatchObject({
      settings: { batch: 3 },
    });
  });

  it('ignores variables that are not its own', () => {
    expect(settings({ env: { PORT: '9', STEEL: 'x' } }).listen.port).toBe(3000);
  });
});

describe('settings: values', () => {
  it.each([
    ['127.0.0.1:3000', '127.0.0.1', 3000],
    ['[::1]:3000', '::1', 3000],
    [':3000', undefined, 3000],
    ['localhost:0', 'localhost', 0],
    ['log-1.example.org:65535', 'log-1.example.org', 65_535],
  ])('listens on %s', (text, host, port) => {
    expect(settings({ argv: ['--listen', text] }).listen).toStrictEqual({ host, port });
  });

  it.each([
    ['65535', 65_535],
    ['1KiB', 1024],
    ['2MiB', 2_097_152],
    ['4096B', 4096],
  ])('reads the size %s', (text, bytes) => {
    expect(settings({ argv: ['--max-request-body', text] }).maxRequestBody).toBe(bytes);
  });

  it.each([
    ['0ms', 0],
    ['250ms', 250],
    ['15s', 15_000],
    ['2m', 120_000],
  ])('reads the time %s', (text, milliseconds) => {
    expect(settings({ argv: ['--ready-within', text] }).readyWithin).toBe(milliseconds);
  });

  it('takes a list once for each item, and none for an empty one', () => {
    expect(settings({ argv: ['--kinds', 'dsse, dsse:0.0.1'] }).kinds).toStrictEqual(['dsse:0.0.1']);
    expect(settings({ argv: ['--kinds', 'none'] }).kinds).toStrictEqual([]);
    expect(settings({ argv: ['--algorithms', 'rsa-sign-pss-2048-sha256'] }).algorithms).toStrictEqual([
      'rsa-sign-pss-2048-sha256',
    ]);
  });

  it('spells header names as Node does', () => {
    expect(settings({ argv: ['--request-id-header', 'X-Correlation-ID'] }).requestIdHeader).toBe('x-correlation-id');
  });
});

describe('settings: earlier names', () => {
  const renamed = { apis: 'rekor-v2', rekorKey: '/k/1.pem', c2spKey: '/k/2.pem' };

  it('are taken as flags, as variables and in the file', () => {
    const file = 'faces: v2\nv1-key: /k/1.pem\ntile-key: /k/2.pem\n';
    const env = { STELE_FACES: 'v2', STELE_V1_KEY: '/k/1.pem', STELE_TILE_KEY: '/k/2.pem' };
    expect(settings({ argv: ['--faces', 'v2', '--v1-key=/k/1.pem', '--tile-key', '/k/2.pem'] })).toMatchObject(renamed);
    expect(settings({ env })).toMatchObject(renamed);
    expect(settings({ file })).toMatchObject(renamed);
  });

  it('take the values of before, and the new names take them too', () => {
    expect(
      ['both', 'v1', 'rekor-v1', 'rekor-v2'].map((apis) => settings({ argv: ['--faces', apis] }).apis),
    ).toStrictEqual(['both', 'rekor-v1', 'rekor-v1', 'rekor-v2']);
    expect(settings({ argv: ['--apis', 'v1'] }).apis).toBe('rekor-v1');
    expect(faults({ argv: ['--apis', 'toString'] })).toStrictEqual([
      '--apis "toString": expected both, rekor-v1, rekor-v2',
    ]);
  });

  it('are the same setting: a flag beats a variable of either name, and no source may have both', () => {
    expect(settings({ argv: ['--apis', 'rekor-v1'], env: { STELE_FACES: 'v2' } }).apis).toBe('rekor-v1');
    expect(settings({ argv: ['--faces', 'v1'], env: { STELE_APIS: 'rekor-v2' } }).apis).toBe('rekor-v1');
    const same = 'is the same setting as';
    expect(faults({ argv: ['--apis', 'both', '--faces', 'v1'] })).toStrictEqual([
      `--faces "v1": ${same} --apis: give only one`,
    ]);
    expect(faults({ env: { STELE_APIS: 'both', STELE_FACES: 'v1' } })).toStrictEqual([
      `STELE_FACES "v1": ${same} STELE_APIS: give only one`,
    ]);
    expect(faults({ file: 'apis: both\nfaces: v1\n' })).toStrictEqual([
      `faces in stele.yaml "v1": ${same} apis in stele.yaml: give only one`,
    ]);
  });
});

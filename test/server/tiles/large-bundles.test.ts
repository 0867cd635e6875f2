import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EntryBundle } from '../../../storage/entries.ts';
import { admitted, openLogFixture, type LogFixture } from '../../log/log-fixture.ts';
import { type Asking, askOf, type RequestHeaders } from '../../support/ask.ts';
import { rawConnection, requestHead } from '../../support/raw-connection.ts';
import { instead, variantOf } from '../variants.ts';

/* Bundles that are read piece by piece, because they are long: 1.5 MB, of which 1.2 MB remain in gzip. */
const texts = Array.from({ length: 260 }, () => randomBytes(4500).toString('base64'));
const FULL_BUNDLE_PATH = '/tile/entries/000';
const GZIP = { 'Accept-Encoding': 'gzip' };

const folder = mkdtempSync(join(tmpdir(), 'stele-large-'));
let fixture: LogFixture;
let asking: Asking;
/** Pieces that were read. */
let read = 0;
const errors: unknown[] = [];
/** The state of bundles before they are read. */
let change: (bundle: EntryBundle) => EntryBundle = (bundle) => bundle;

beforeAll(async () => {
  fixture = await openLogFixture(folder, { runRecords: 100 });
  await Promise.all(texts.map((text) => fixture.log.addFirst(admitted(text))));
  const counted = (bundle: EntryBundle): EntryBundle => ({
    ...bundle,
    pieces: () => Iterator.from(bundle.pieces()).map((piece) => ((read += 1), piece)),
  });
  const bundle: LogFixture['log']['bundle'] = async (number, width) => {
    const found = await fixture.log.bundle(number, width);
    return found && counted(change(found));
  };
  const report = { request: () => undefined, error: (thrown: unknown) => void errors.push(thrown) };
  asking = await askOf(variantOf(instead(fixture.log, { bundle }), { report }));
});
afterAll(async () => {
  await asking[Symbol.asyncDispose]();
  await fixture[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const get = (path: string, headers: RequestHeaders = {}) => asking.raw('GET', path, headers);

function packed(from: number, to: number): Buffer {
  return Buffer.concat(
    texts.slice(from, to).flatMap((text) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(text.length);
      return [length, Buffer.from(text)];
    }),
  );
}

const PATHS = [
  [FULL_BUNDLE_PATH, 0, 256],
  [`${FULL_BUNDLE_PATH}.p/1`, 0, 1],
  [`${FULL_BUNDLE_PATH}.p/7`, 0, 7],
  [`${FULL_BUNDLE_PATH}.p/8`, 0, 8],
  [`${FULL_BUNDLE_PATH}.p/100`, 0, 100],
  [`${FULL_BUNDLE_PATH}.p/255`, 0, 255],
  ['/tile/entries/001.p/3', 256, 259],
] as const;

describe.each([
  ['as soon as they are written', async () => undefined],
  ['once they are compressed', async () => fixture.store.compact()],
])('c2sp.org/tlog-tiles: bundles of large entries, %s', (when, prepare) => {
  beforeAll(prepare);

  it.runIf(when.includes('compressed'))('are sent in gzip to who takes it', async () => {
    expect((await get(FULL_BUNDLE_PATH, GZIP)).headers['content-encoding']).toBe('gzip');
  });

  it.each(PATHS)('%s has its entries, byte for byte, and says its length to GET and HEAD', async (path, from, to) => {
    const expected = packed(from, to);
    const { status, bytes, headers } = await get(path);
    expect([status, headers['content-length'], bytes.equals(expected)]).toEqual([200, String(expected.length), true]);
    const coded = await get(path, GZIP);
    const plain = coded.headers['content-encoding'] === 'gzip' ? gunzipSync(coded.bytes) : coded.bytes;
    expect([coded.headers['content-length'], plain.equals(expected)]).toEqual([String(coded.bytes.length), true]);
  });

  it.each(PATHS)('nothing of %s is read for HEAD, or for a reader that has it', async (path) => {
    for (const headers of [{}, GZIP]) {
      const got = await get(path, headers);
      read = 0;
      const head = await asking.raw('HEAD', path, headers);
      expect([head.status, head.headers['content-length']]).toEqual([200, got.headers['content-length']]);
      expect(head.headers['etag']).toBe(got.headers['etag']);
      const same = await get(path, { ...headers, 'If-None-Match': got.headers['etag'] ?? '' });
      expect([same.status, same.bytes.length, read]).toEqual([304, 0, 0]);
    }
  });

  it('is whole also where a part is asked for: a part would cost as much', async () => {
    const { status, headers, bytes } = await get(FULL_BUNDLE_PATH, { Range: 'bytes=0-99' });
    expect([status, bytes.length]).toEqual([200, Number(headers['content-length'])]);
    const small = await get(`${FULL_BUNDLE_PATH}.p/1`, { Range: 'bytes=0-99' });
    expect([small.status, small.bytes.length]).toEqual([206, 100]);
  });
});

describe('a bundle of the largest entries', () => {
  /** 8 pieces of 32 entries. */
  const piece = new Uint8Array(32 * 65_537);
  const kept: EntryBundle = {
    encoding: 'identity',
    length: 8 * piece.length,
    plainLength: 8 * piece.length,
    largestPiece: piece.length,
    pieces: () => Array.from({ length: 8 }, () => piece),
  };
  const zipped = gzipSync(new Uint8Array(kept.length), { level: 0 });
  const stored: EntryBundle = {
    ...kept,
    encoding: 'gzip',
    length: zipped.length,
    pieces: () =>
      Array.from({ length: 8 }, (_, i) =>
        zipped.subarray(i * piece.length, i === 7 ? undefined : (i + 1) * piece.length),
      ),
  };

  it.each([
    ['as it is kept', kept, []],
    ['in gzip', stored, ['Accept-Encoding: gzip']],
    ['inflated', stored, []],
  ])('is read no further than its reader goes, %s', async (_how, bundle, headers) => {
    change = () => bundle;
    read = 0;
    using connection = await rawConnection(asking.base);
    connection.send(requestHead('GET', FULL_BUNDLE_PATH, ...headers));
    for (let seen = -1; seen !== read || read === 0;) {
      seen = read;
      for (let i = 0; i < 50; i += 1) await asking.raw('GET', '/ping');
    }
    expect(read).toBeLessThan(8);
    const [answer] = await connection.read(1);
    expect([answer?.status, read]).toEqual([200, 8]);
    change = (other) => other;
  });
});

describe('a bundle that turns out to be damaged', () => {
  const cut = async (headers: readonly string[] = []): Promise<number> => {
    errors.length = 0;
    using connection = await rawConnection(asking.base);
    connection.send(requestHead('GET', FULL_BUNDLE_PATH, ...headers));
    const answers = await connection.read(1);
    await connection.closed;
    change = (bundle) => bundle;
    return answers.length;
  };

  it('at its beginning is answered with 500', async () => {
    errors.length = 0;
    change = (bundle) => ({
      ...bundle,
      pieces: () => {
        throw new Error('the first piece is gone');
      },
    });
    for (const headers of [[], ['Accept-Encoding: gzip']]) {
      using connection = await rawConnection(asking.base);
      connection.send(requestHead('GET', FULL_BUNDLE_PATH, ...headers));
      expect(await connection.read(1)).toMatchObject([{ status: 500 }]);
    }
    change = (bundle) => bundle;
    expect(errors).toHaveLength(2);
  });

  it('behind its beginning ends the connection before the answer is whole', async () => {
    for (const headers of [[], ['Accept-Encoding: gzip']]) {
      change = (bundle) => ({
        ...bundle,
        pieces: function* () {
          yield* Iterator.from(bundle.pieces()).take(3);
          throw new Error('a piece is gone');
        },
      });
      expect([await cut(headers), errors.length]).toEqual([0, 1]);
    }
  });

  it('by a bit that its checksum alone can tell ends the connection before the answer is whole', async () => {
    change = (bundle) => ({
      ...bundle,
      pieces: () =>
        Iterator.from(bundle.pieces()).map((piece) => {
          const bytes = Buffer.from(piece);
          // The last bytes of the stream are its checksum and its length: RFC 1952 §2.3.1.
          if (bytes.readUInt32LE(bytes.length - 4) === bundle.plainLength)
            bytes.writeUInt8(bytes.readUInt8(bytes.length - 8) ^ 1, bytes.length - 8);
          return bytes;
        }),
    });
    expect([await cut(), errors.length]).toEqual([0, 1]);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { admitted, openLogFixture, type LogFixture } from '../../log/log-fixture.ts';
import { type Asking, askOf } from '../../support/ask.ts';
import { variantOf } from '../variants.ts';

/** The two places that a tile log is read at. */
export const PREFIXES = ['/api/v2', ''] as const;

/** A log of entries that are mere texts, `entry <index>`, over HTTP. */
export interface Served extends AsyncDisposable {
  readonly fixture: LogFixture;
  readonly asking: Asking;
  grow(size: number): Promise<void>;
}

/** @param runRecords - of the index: entries that are in runs can be bundled, and full bundles are compressed */
export async function serve(size: number, runRecords = 100): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'stele-tiles-'));
  const fixture = await openLogFixture(folder, { runRecords });
  const asking = await askOf(variantOf(fixture.log));
  const grow = async (to: number): Promise<void> => {
    const { size: from } = fixture.log.head();
    const entries = Array.from({ length: to - from }, (_, i) => admitted(`entry ${from + i}`));
    await Promise.all(entries.map((entry) => fixture.log.addFirst(entry)));
  };
  await grow(size);
  return {
    fixture,
    asking,
    grow,
    [Symbol.asyncDispose]: async () => {
      await asking[Symbol.asyncDispose]();
      await fixture[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function bodyOf(index: number): Buffer {
  return Buffer.from(`entry ${index}`);
}

/** c2sp.org/tlog-tiles, "Log entries": each with its length in front, 2 bytes, big-endian. */
export function bundleOf(from: number, to: number): Buffer {
  const parts: Buffer[] = [];
  for (let index = from; index < to; index += 1) {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bodyOf(index).length);
    parts.push(length, bodyOf(index));
  }
  return Buffer.concat(parts);
}

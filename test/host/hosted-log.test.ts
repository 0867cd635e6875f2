import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kinds, v2Kinds } from '../../entries/kinds/index.ts';
import { openHostedLog } from '../../host/hosted-log.ts';
import { createLogger } from '../../host/logging/logger.ts';
import { readSettings } from '../../host/settings/read.ts';
import { hashedrekord, newSubmitter } from '../../testkit/proposals.ts';
import { directAdmission } from '../support/admission.ts';

describe('a log that is opened without HTTP', () => {
  let folder: string;
  let lines: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stele-test-'));
    lines = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function open(...argv: string[]) {
    const settings = readSettings({
      argv: ['--data', join(folder, 'data'), '--origin', 'rekor.test', ...argv],
      env: { STELE_CLOCK_TOLERANCE: '60m' },
      readFile: () => '',
      host: { cores: 2, terminal: false, kinds: [...kinds, ...v2Kinds] },
    });
    const stream = { write: (line: string) => void lines.push(line) };
    const logger = createLogger({ format: 'text', level: 'info', dev: false, stream });
    return openHostedLog(settings, {
      logger,
      fatal: (reason) => {
        throw reason;
      },
    });
  }

  const body = () => Buffer.from(JSON.stringify(hashedrekord('artifact', newSubmitter())));

  it('takes an entry, is healthy, and has it after a restart', async () => {
    {
      await using log = await open();
      await log.publish();
      await log.shards.active.add(await directAdmission().create(body()));
      expect(log.shards.size).toBe(2); // entry 0 is the log's own
      expect(await log.health.ready()).toStrictEqual({
        ready: true,
        checks: { write: 'ok', entries: 'ok', scrub: 'ok' },
      });
      expect(log.witness).toBeUndefined();
    }
    await using log = await open();
    expect(log.shards.size).toBe(2);
  });

  it('opened to be read, serves what was published and takes no entry', async () => {
    {
      await using log = await open();
      await log.publish();
    }
    await using log = await open('--read-only');
    await log.publish();
    expect(log.shards.active.isClosed).toBe(true);
    expect(await log.health.ready()).toStrictEqual({ ready: true, checks: { read: 'ok', scrub: 'ok' } });
  });

  it('counts damage that is reported, and says it in its health and in its log lines', async () => {
    await using log = await open();
    log.damage.found('a tile is damaged');
    expect(await log.health.ready()).toMatchObject({ damagedReads: 1 });
    expect(lines.join('')).toContain('a tile is damaged: find the rest with npm run -s stele -- audit --data FOLDER');
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Express } from 'express';
import { inject } from 'vitest';
import { kinds, v2Kinds } from '../../entries/kinds/index.ts';
import type { LogShards } from '../../log/shards.ts';
import type { Log } from '../../log/types.ts';
import { composeServer } from '../../server/compose.ts';
import { createLogger } from '../../host/logging/logger.ts';
import { readSettings } from '../../host/settings/read.ts';
import { directAdmission } from './admission.ts';
import { mixedSubmissions } from './mixed.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Contents of logs of tests when they begin, beside entry 0. */
    readonly logsBegin: 'empty' | 'mixed';
  }
}

export interface TestLog {
  readonly app: Express;
  readonly shards: LogShards;
  /** The shard that grows. */
  readonly log: Log;
  /** Data folder; the head journal stands beside it. */
  readonly folder: string;
  /** Messages logged as errors since the start. */
  readonly errors: readonly string[];
  /** As SIGHUP does. @throws FileRefused */
  reloadAccess(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * The real thing on a folder of its own: store, journal, threads, keys and routes, all but the socket.
 *
 * @param argv - flags as for `npm start`
 * @param folder - one that was used before; it is kept when the log is closed
 */
export async function openTestLog(argv: readonly string[] = [], folder?: string): Promise<TestLog> {
  const data = folder ?? join(mkdtempSync(join(tmpdir(), 'stele-test-')), 'data');
  const host = { cores: 2, terminal: false, kinds: [...kinds, ...v2Kinds] };
  const settings = readSettings({
    argv: [
      '--data',
      data,
      ...(argv.includes('--origin') ? [] : ['--origin', 'rekor.test']),
      '--log-level',
      'error',
      ...argv,
    ],
    env: { STELE_CLOCK_TOLERANCE: '60m' }, // virtual machines have their clocks set while tests run
    readFile: () => {
      throw new Error('tests have no settings file');
    },
    host,
  });
  const errors: string[] = [];
  const stream = { write: (line: string) => void errors.push(line) };
  const logger = createLogger({ format: 'json', level: 'error', dev: settings.dev, stream });
  const server = await composeServer(settings, {
    logger,
    fatal: (reason) => {
      throw reason instanceof Error ? reason : new Error(String(reason));
    },
  });
  if (inject('logsBegin') === 'mixed' && folder === undefined && settings.genesis) await fill(server.shards.active);
  return {
    app: server.app,
    shards: server.shards,
    log: server.shards.active,
    folder: data,
    errors,
    reloadAccess: () => server.reload('access'),
    close: async () => {
      await server[Symbol.asyncDispose]();
      if (folder === undefined) rmSync(join(data, '..'), { recursive: true, force: true });
    },
  };
}

/** Entries in a log of tests that is to hold some of both APIs. */
const FILLING_ENTRIES = 12;

async function fill(log: Log): Promise<void> {
  const admission = directAdmission();
  for (const { path, body } of mixedSubmissions(FILLING_ENTRIES)) {
    const bytes = Buffer.from(JSON.stringify(body));
    await log.add(await (path.startsWith('/api/v1/') ? admission.create(bytes) : admission.createV2(bytes)));
  }
}

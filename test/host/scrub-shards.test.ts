import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../../testkit/server-process.ts';
import { run, submit, succeeded } from '../scripts/operator.ts';
import { flipBit } from '../support/damage-file.ts';
import { loggedForScrub, SCRUBBED_ENTRIES, type ScrubbedLog, scrubPass } from './scrub-pass.ts';

const LATER_ENTRIES = 20;

let log: ScrubbedLog;
beforeAll(async () => void (log = await loggedForScrub()));
afterAll(() => log[Symbol.dispose]());

describe('the scrub of a log with two shards', () => {
  it('reads both, and names the shard that is damaged', async () => {
    using folder = log.copied();
    await succeeded(run('shard', folder, 'next', 'second.test', '--volume', 'moves'));
    await using server = await startServer(folder, { flags: ['--scrub', 'off', '--volume', 'moves'] });
    await submit(server.base, 'later', LATER_ENTRIES);
    await server.stop();

    const clean = await scrubPass(folder);
    expect([clean.said, clean.entries]).toEqual([[], SCRUBBED_ENTRIES + LATER_ENTRIES + 1]); // and what the shard says of itself

    const shards = join(folder.data, 'shards');
    flipBit(join(shards, readdirSync(shards)[0] ?? ''), 'batch', 'packed');
    const second = await scrubPass(folder);
    expect(second.said.length).toBeGreaterThan(0);
    for (const sentence of second.said) expect(sentence).toMatch(/^second\.test: /);

    flipBit(folder.data, 'tile', 'nodes');
    const both = await scrubPass(folder);
    expect(both.mended.map((sentence) => sentence.split(':')[0])).not.toContain('second.test');
    expect(both.mended.join()).toContain('tile 0/0 was made again');
    expect(both.said.join()).toContain('second.test: ');
  });
});

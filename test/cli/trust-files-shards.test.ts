import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { formatVkey } from '../../checkpoint/vkey.ts';
import { LogShards } from '../../log/shards.ts';
import { listenOn } from '../clients/services.ts';
import { admitted, EXPECTED_IDENTITY, type LogFixture, openLogFixture } from '../log/log-fixture.ts';
import { instead, variantOf } from '../server/variants.ts';
import { stele } from '../support/stele.ts';

const ENDED_AT = 2_000_000_000; // seconds since 1970

it('stele trust-root writes the keys of shards that have ended, with their end, and leaves out those that are not trusted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stele-trust-shards-'));
  const open = async (origin: string, treeId: string): Promise<LogFixture> => {
    const expected = { ...EXPECTED_IDENTITY, origin };
    const fixture = await openLogFixture(join(folder, origin), { expected, newTreeId: () => treeId });
    await fixture.log.addFirst(admitted(origin));
    return fixture;
  };
  try {
    await using ended = await open('ended.test', '1');
    await using growing = await open('growing.test', '2');
    const shards = new LogShards([instead(ended.log, { frozenAt: ENDED_AT }), growing.log]);
    await using listening = await listenOn(variantOf(growing.log, { shards }));
    const run = (...words: readonly string[]) =>
      stele(['trust-root', '--server', listening.url, ...words], { env: { STELE_STATE: join(folder, 'state') } });

    const all = await run();
    expect(all.out).toBe(await (await fetch(`${listening.url}/trusted_root.json`)).text());
    expect(all.out.match(/"end": "2033-05-18T03:33:20Z"/g)).toHaveLength(2);

    const some = await run('--log-key', formatVkey(growing.log.shard.c2spKey));
    expect(some.out.match(/"baseUrl": "[^"]+"/g)).toEqual(['"baseUrl": "https://growing.test"']);
    expect(some.err.match(/left out: the key [0-9a-f]{64} that the log names for \S+,/g)).toHaveLength(3);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

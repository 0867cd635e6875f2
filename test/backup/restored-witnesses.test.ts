import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { foldersIn, type LogFolder, runServer, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { run, runAlone, submit, succeeded } from '../scripts/operator.ts';
import { IndependentWitness, listening, type ListeningWitness } from '../support/independent-witness.ts';

let log: LogFolder;
/** A folder that was restored from a backup of `log`, with its keys and without its journal. */
let copy: LogFolder;
let witness: IndependentWitness;
let address: ListeningWitness;
let flags: readonly string[];

beforeEach(async () => {
  log = temporaryFolder();
  copy = { ...foldersIn(join(log.parent, 'restored')), parent: log.parent };
  witness = new IndependentWitness('witness.test');
  address = await listening(witness);
  const policy = join(log.parent, 'policy.txt');
  writeFileSync(policy, `witness w ${witness.vkey} ${address.url}\nquorum w\n`);
  flags = ['--witness', 'require', '--witness-policy', policy];
  await grow();
  const into = join(log.parent, 'backup');
  await succeeded(run('backup', log, '--into', into, '--with-keys'));
  await succeeded(runAlone('restore', '--from', into, '--into', copy.data));
});
afterEach(async () => {
  await address[Symbol.asyncDispose]();
  log[Symbol.dispose]();
});

let round = 0;

async function grow(): Promise<void> {
  await using server = await startServer(log, { flags: [...flags, '--origin', 'witnessed.test', '--genesis', 'off'] });
  witness.trust('witnessed.test', await (await fetch(`${server.base}/vkey`)).text());
  await submit(server.base, `round ${(round += 1)}`, 3);
  await server.stop();
}

const recover = (...words: readonly string[]) => run('recover', copy, ...flags, ...words);

describe('a restored log without a journal, whose witnesses are asked', () => {
  it('signs again once each of them has cosigned its newest head', async () => {
    const found = await recover('--ask-witnesses');
    expect([found.err, found.code]).toEqual(['', 0]);
    expect(found.out).toContain('all witnesses cosign the head of 3 entries');
    await using server = await startServer(copy, { flags });
    await submit(server.base, 'after the restore', 2);
    expect(witness.last('witnessed.test')?.size).toBe(5n);
  });

  it('does not sign where one has cosigned a larger head, or does not answer', async () => {
    await address.goDown();
    const silent = await recover('--ask-witnesses');
    expect([silent.code, silent.err]).toEqual([1, expect.stringContaining('the witness w vouches for nothing')]);
    await address.comeBack();
    await grow();
    const behind = await recover('--ask-witnesses');
    expect([behind.code, behind.err]).toEqual([
      1,
      expect.stringContaining('the witness w has cosigned 6 entries, and the log has 3'),
    ]);
  });

  it('is not vouched for by a policy of which nobody can be asked', async () => {
    const policy = join(log.parent, 'nobody.txt');
    writeFileSync(policy, `witness w ${witness.vkey}\nquorum none\n`);
    const words = ['--witness', 'require', '--witness-policy', policy, '--ask-witnesses'];
    const { code, out } = await run('recover', copy, ...words);
    expect(code).not.toBe(0);
    expect(out).not.toContain('cosign the head');
    const { code: refused, said } = await runServer(copy, { flags: ['--genesis', 'off'] });
    expect([refused, said]).toEqual([1, expect.stringContaining('restored')]);
  });

  it('is not told anything by them where heads were shown without them', async () => {
    const { code, err } = await run('recover', copy, '--ask-witnesses');
    expect([code, err]).toEqual([1, expect.stringContaining('needs --witness require')]);
  });
});

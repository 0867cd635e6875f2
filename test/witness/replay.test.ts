import { describe, expect, it } from 'vitest';
import { SIGNATURE_TYPE, verifierKey } from '../../checkpoint/key.ts';
import { parsePolicy } from '../../checkpoint/policy/parse.ts';
import { knownLogs } from '../../checkpoint/policy/policy.ts';
import { parseEd25519Spki } from '../../checkpoint/spki.ts';
import { formatVkey } from '../../checkpoint/vkey.ts';
import { utf8 } from '../../base/bytes.ts';
import { generateEphemeralKey } from '../../host/keys/keys.ts';
import type { WitnessedHead } from '../../storage/witness-state.ts';
import { OwnWitness } from '../../witness/own-witness.ts';
import { IndependentLog } from '../support/independent-log.ts';
import { cosignedAt, readNote } from '../support/witness-math.ts';

const LOG = new IndependentLog('log.test');
const START = 1_800_000_000;

/** Our own witness over a state that counts what is written. */
function witnessing(key = generateEphemeralKey('c2sp'), last: readonly WitnessedHead[] = []) {
  const written: WitnessedHead[] = [];
  let time = START;
  const own = verifierKey('w.test', SIGNATURE_TYPE.cosignature, parseEd25519Spki(key.signer.publicKey) as Uint8Array);
  const witness = new OwnWitness(
    {
      key: own,
      signer: key.signer,
      logs: knownLogs(parsePolicy(utf8(`log ${LOG.vkey}\nquorum none\n`))),
      state: { witness: async (head) => void written.push(head) },
      journal: { append: async () => undefined },
      now: () => time,
      refusal: () => undefined,
      fatal: () => undefined,
    },
    last,
  );
  const ask = async (old: number, size: number) => {
    const answer = await witness.addCheckpoint(utf8(LOG.request({ old, size })));
    if (answer.verdict !== 'cosigned') return { ...answer, at: undefined };
    return { ...answer, at: cosignedAt(readNote(LOG.note(size) + answer.signatures), formatVkey(own)) };
  };
  return { ask, key, written, pass: (seconds: number) => void (time += seconds) };
}

describe('our own witness: a checkpoint is public, and anybody can send it again', () => {
  it('for a minute the answer is the cosignature that was given, and nothing is written', async () => {
    const { ask, written, pass } = witnessing();
    const first = await ask(0, 5);
    expect([first.verdict, first.at]).toEqual(['cosigned', START]);
    pass(59);
    for (let i = 0; i < 20; i += 1) expect(await ask(5, 5)).toEqual(first);
    expect(written).toHaveLength(1);
  });
  it('the log that asks for a recent time gets one a minute later', async () => {
    const { ask, written, pass } = witnessing();
    await ask(0, 5);
    pass(60);
    expect((await ask(5, 5)).at).toBe(START + 60);
    pass(1);
    expect((await ask(5, 5)).at).toBe(START + 60);
    expect(written.map(({ at }) => at)).toEqual([START, START + 60]);
  });
  it('a later checkpoint is cosigned at once, and the one before it is refused', async () => {
    const { ask, written } = witnessing();
    await ask(0, 5);
    expect((await ask(5, 7)).at).toBe(START);
    const refused = [(await ask(5, 7)).verdict, (await ask(5, 5)).verdict];
    expect([...refused, written.length]).toEqual(['conflict', 'conflict', 2]);
  });
  it('over a restart it is given again, and by a witness of another key it is made anew', async () => {
    const before = witnessing();
    const first = await before.ask(0, 5);
    const again = witnessing(before.key, before.written);
    expect([await again.ask(5, 5), again.written]).toEqual([first, []]);
    const other = witnessing(generateEphemeralKey('c2sp'), before.written);
    expect([(await other.ask(5, 5)).at, other.written.length]).toEqual([START, 1]);
  });
});

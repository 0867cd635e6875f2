import { describe, expect, it } from 'vitest';
import type { IndependentWitness } from '../support/independent-witness.ts';
import { type Asking, askingOf, candidate, NOW, ORIGIN, witnessNamed } from './asking.ts';

const olds = (witness: IndependentWitness): readonly string[] =>
  witness.asked.map(({ old, note, status }) => `${old} to ${note.size}: ${status}`);

const stateIn = ({ witnesses }: Asking): string | undefined => witnesses.report()[0]?.state;

describe('rekor-v2 §5.5: the size that a witness says it has cosigned', () => {
  it('may be that of a later head of ours, which somebody else sent: no claim, and the next round is from there', async () => {
    const witness = witnessNamed('w');
    await askingOf([witness]).ask(candidate(20));
    const asking = askingOf([witness]);
    expect(await asking.ask(candidate(13, 20))).toEqual([[]]);
    expect(await asking.ask(candidate(32))).toHaveLength(1);
    expect(olds(witness).slice(1)).toEqual(['0 to 13: 409', '20 to 32: 200']);
    expect([asking.claims, stateIn(asking)]).toEqual([[], 'ok']);
  });
  it('is that of another tree if the witness says so when we prove from it', async () => {
    const witness = witnessNamed('w');
    witness.remember(ORIGIN, { size: 8n, root: 'ab'.repeat(32) });
    const asking = askingOf([witness]);
    expect(await asking.ask(candidate(13))).toEqual([]);
    expect(olds(witness)).toEqual(['0 to 13: 409', '8 to 13: 422']);
    expect(asking.claims).toEqual([{ witness: 'w', size: 8, says: 'another tree', at: NOW }]);
  });
  it.each([
    ['without a size', 'text/plain', 'roots differ\n'],
    ['with the size that was sent', 'text/x.tlog.size', '13\n'],
  ])('is that of another tree if it is ours, and the answer is 409 %s', async (_words, type, body) => {
    const witness = witnessNamed('w');
    const asking = askingOf([witness]);
    await asking.ask(candidate(13));
    witness.conduct = () => ({ status: 409, type, body });
    expect(await asking.ask(candidate(13))).toEqual([]);
    expect(asking.claims).toEqual([{ witness: 'w', size: 13, says: 'another tree', at: NOW }]);
  });
  it('makes no claim while none is known: a 422 is an answer like any other', async () => {
    const witness = witnessNamed('w');
    witness.conduct = () => ({ status: 422, body: 'no\n' });
    const asking = askingOf([witness]);
    expect(await asking.ask(candidate(13))).toEqual([]);
    expect([asking.claims, stateIn(asking)]).toEqual([[], 'answered 422: no']);
  });
});

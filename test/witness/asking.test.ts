import { describe, expect, it } from 'vitest';
import { IndependentWitness, type Conduct } from '../support/independent-witness.ts';
import { cosignedAt } from '../support/witness-math.ts';
import { type Asking, askingOf, candidate, NOW, ORIGIN, stored, TOLERANCE, witnessNamed } from './asking.ts';

const olds = (witness: IndependentWitness): readonly string[] =>
  witness.asked.map(({ old, note, status }) => `${old} to ${note.size}: ${status}`);

const stateIn = ({ witnesses }: Asking): string =>
  witnesses
    .report()
    .map(({ state }) => state)
    .join();

describe('rekor-v2 §5.5: the size that a witness begins from', () => {
  it('is 0 at first, with no proof, and then what it cosigned last, with one', async () => {
    const witness = witnessNamed('w');
    const asking = askingOf([witness]);
    for (const size of [7, 7, 20, 32]) expect(await asking.ask(candidate(size))).toHaveLength(1);
    expect(olds(witness)).toEqual(['0 to 7: 200', '7 to 7: 200', '7 to 20: 200', '20 to 32: 200']);
    expect(witness.asked.map(({ proof }) => proof.length)).toEqual([0, 0, expect.any(Number), expect.any(Number)]);
    expect(asking.witnesses.report()).toEqual([{ name: 'w', size: 32, state: 'ok' }]);
  });
  it('is told to operators with the time of the last cosignature, and how often asking came to nothing', async () => {
    const witness = witnessNamed('w');
    const asking = askingOf([witness]);
    expect(asking.witnesses.figures()).toEqual([{ name: 'w', size: undefined, at: undefined, asked: 0, failed: 0 }]);
    await asking.ask(candidate(7));
    witness.conduct = () => ({ status: 500, body: 'broken' });
    await asking.ask(candidate(20));
    expect(asking.witnesses.figures()).toEqual([{ name: 'w', size: 7, at: NOW, asked: 2, failed: 1 }]);
  });
  it('is learned from a 409, and the proof is from there', async () => {
    const witness = witnessNamed('w');
    await askingOf([witness]).ask(candidate(13));
    const asking = askingOf([witness]);
    expect(await asking.ask(candidate(20))).toHaveLength(1);
    expect(olds(witness)).toEqual(['0 to 13: 200', '0 to 20: 409', '13 to 20: 200']);
  });
  it('is learned from a 409 also when the witness knows less than it said', async () => {
    const witness = witnessNamed('w');
    const asking = askingOf([witness]);
    await asking.ask(candidate(13));
    witness.remember(ORIGIN, undefined);
    expect(await asking.ask(candidate(20))).toHaveLength(1);
    expect(olds(witness).slice(1)).toEqual(['13 to 20: 409', '0 to 20: 200']);
  });
  it('is what was kept over a restart', async () => {
    const witness = witnessNamed('w');
    const [given = []] = await askingOf([witness]).ask(candidate(13));
    await askingOf([witness], { last: given }).ask(candidate(20));
    expect(olds(witness)).toEqual(['0 to 13: 200', '13 to 20: 200']);
  });
  it('is taken from a 409 without the media type, if a number is all that it says', async () => {
    const witness = witnessNamed('w');
    await askingOf([witness]).ask(candidate(13));
    witness.conduct = (honestly) => ({ ...honestly(), type: 'text/plain; charset=utf-8' });
    expect(await askingOf([witness]).ask(candidate(20))).toHaveLength(1);
  });
  it('is never larger than ours: the witness is not asked again, and the operator is told', async () => {
    const witness = witnessNamed('w');
    await askingOf([witness]).ask(candidate(20));
    const asking = askingOf([witness]);
    expect(await asking.ask(candidate(13))).toEqual([]);
    expect(olds(witness).slice(1)).toEqual(['0 to 13: 409']);
    expect(asking.told).toEqual([
      { name: 'w', size: 20, state: 'has cosigned 20 entries, more than the log has: was the log rolled back?' },
    ]);
    expect(asking.claims).toEqual([{ witness: 'w', size: 20, says: 'more', at: NOW }]);
  });
  it('may change while it is asked, and three times are enough', async () => {
    const witness = witnessNamed('w');
    let size = 1;
    witness.conduct = () => ({ status: 409, type: 'text/x.tlog.size', body: `${(size += 1)}\n` });
    const asking = askingOf([witness]);
    expect(await asking.ask(candidate(30))).toEqual([]);
    expect([olds(witness).length, stateIn(asking)]).toEqual([3, 'names another size each time it is asked']);
  });
});

describe('rekor-v2 §4.7: cosignatures are verified before they are used', () => {
  it('an honest one is given as it came, under the name and id that it bears', async () => {
    const witness = witnessNamed('w');
    const [[given] = []] = await askingOf([witness]).ask(candidate(7));
    const { text } = candidate(7).note;
    expect(given).toEqual(stored('w', 7, witness.lineOver(text, NOW)));
    const line = { name: 'w', id: Buffer.from(given?.keyId ?? []).toString('hex') };
    const signature = Buffer.from(given?.signature ?? []);
    expect(cosignedAt({ text, lines: [{ ...line, signature }] }, witness.vkey)).toBe(NOW);
  });

  const other = new IndependentWitness('w'); // of the same name, with another key
  const stranger = new IndependentWitness('stranger');
  const renamed = (line: string): string => line.replace(' stranger ', ' w ');
  const withId = (line: string, of: string): string => {
    const [dash, name, encoded = ''] = line.trimEnd().split(' ');
    const blob = Buffer.from(encoded, 'base64');
    Buffer.from(of.split('+')[1] ?? '', 'hex').copy(blob);
    return `${dash} ${name} ${blob.toString('base64')}\n`;
  };
  type Lie = (witness: IndependentWitness, text: string) => string;
  const lies: readonly (readonly [string, string | RegExp, Lie])[] = [
    ['nothing', /^gave an answer that cannot be read: no newline behind the last signature/, () => ''],
    ['garbage', /^gave an answer that cannot be read: signature line 1 is not/, () => '<html>Bad gateway</html>\n'],
    ['bytes that are no UTF-8', /signature line 1 is not/, () => '\u2014 w \u0100\ufffd\n'],
    [
      'a line of a key that the policy does not name',
      'answered with no cosignature of a key that the policy names',
      (_, text) => stranger.lineOver(text, NOW),
    ],
    [
      'a line of a stranger under its name',
      'answered with no cosignature of a key that the policy names',
      (_, text) => renamed(stranger.lineOver(text, NOW)),
    ],
    [
      'a line of another key of its name',
      'answered with no cosignature of a key that the policy names',
      (_, text) => other.lineOver(text, NOW),
    ],
    [
      'a line of another key under its name and id',
      'answered with a cosignature that is no signature of its key over our checkpoint',
      (witness, text) => withId(other.lineOver(text, NOW), witness.vkey),
    ],
    [
      'its line with the wrong id',
      'answered with no cosignature of a key that the policy names',
      (witness, text) => withId(witness.lineOver(text, NOW), other.vkey),
    ],
    [
      'its cosignature of another tree',
      'answered with a cosignature that is no signature of its key over our checkpoint',
      (witness) => witness.lineOver(candidate(8).note.text, NOW),
    ],
    [
      'its cosignature of another log',
      'answered with a cosignature that is no signature of its key over our checkpoint',
      (witness, text) => witness.lineOver(text.replace('log.', 'other.'), NOW),
    ],
    [
      'a cosignature without a time',
      'answered with a cosignature that says no time',
      (witness, text) => witness.lineOver(text, 0),
    ],
    [
      'one from the future',
      'answered with a cosignature that is from the future',
      (witness, text) => witness.lineOver(text, NOW + TOLERANCE + 1),
    ],
    [
      'one from the far past',
      'answered with a cosignature that is from a time before the tree was there',
      (witness, text) => witness.lineOver(text, 1),
    ],
    [
      'one from before the tree was made',
      'answered with a cosignature that is from a time before the tree was there',
      (witness, text) => witness.lineOver(text, NOW - TOLERANCE - 1),
    ],
  ];
  it.each(lies)('%s is worth nothing, and the report says why', async (_what, state, lie) => {
    const witness = witnessNamed('w');
    witness.conduct = (_honestly, { note }) => ({ status: 200, body: lie(witness, note.text) });
    const asking = askingOf([witness]);
    expect(await asking.ask(candidate(7))).toEqual([]);
    expect(asking.told).toHaveLength(1);
    expect(stateIn(asking)).toMatch(state);
  });
  it.each([-TOLERANCE, 0, TOLERANCE])('a clock that is %i s from ours is tolerated', async (skew) => {
    const witness = witnessNamed('w');
    witness.clock = () => NOW + skew;
    expect(await askingOf([witness]).ask(candidate(7))).toHaveLength(1);
  });
  it('time never goes back for a witness, also not over a restart', async () => {
    const witness = witnessNamed('w');
    const [given = []] = await askingOf([witness]).ask(candidate(7));
    const asking = askingOf([witness], { last: given });
    witness.clock = () => NOW - 1;
    expect(await asking.ask(candidate(7))).toEqual([]);
    expect(stateIn(asking)).toBe('answered with a cosignature that is older than its last one');
    witness.clock = () => NOW;
    expect(await asking.ask(candidate(7))).toHaveLength(1);
  });
  it('an honest line among strange ones is taken alone', async () => {
    const witness = witnessNamed('w');
    witness.conduct = (honestly, { note: { text } }) => {
      return { status: 200, body: `${stranger.lineOver(text, NOW)}${other.lineOver(text, NOW)}${honestly().body}` };
    };
    const [given = []] = await askingOf([witness]).ask(candidate(7));
    expect(given.map(({ name, signature }) => [name, signature.length])).toEqual([['w', 72]]);
  });
});

describe('rekor-v2 §5.2: what else a witness may answer', () => {
  const answers: readonly (readonly [number, string, string])[] = [
    [400, 'malformed\n', 'answered 400: malformed'],
    [403, '', 'answered 403: '],
    [404, 'unknown origin\nand more\n', 'answered 404: unknown origin'],
    [409, 'not a number\n', 'answered 409: not a number'],
    [422, `${'long '.repeat(50)}\n`, `answered 422: ${'long '.repeat(20)}`],
    [429, '\u001b[31mred\n', 'answered 429: ?[31mred'],
    [500, 'x\n', 'answered 500: x'],
    [202, 'later\n', 'answered 202: later'],
  ];
  it.each(answers)('%i is worth nothing, and is shown to the operator', async (status, body, state) => {
    const witness = witnessNamed('w');
    witness.conduct = () => ({ status, body });
    const asking = askingOf([witness]);
    expect(await asking.ask(candidate(7))).toEqual([]);
    expect([olds(witness).length, stateIn(asking)]).toEqual([1, state]);
  });
  it('a 409 whose size is none is worth nothing', async () => {
    const witness = witnessNamed('w');
    witness.conduct = () => ({ status: 409, type: 'text/x.tlog.size', body: 'seven\n' });
    const asking = askingOf([witness]);
    expect(await asking.ask(candidate(7))).toEqual([]);
    expect(stateIn(asking)).toMatch(/size is not a decimal number/);
  });
  it('the operator is told each time that this changes, and only then', async () => {
    const witness = witnessNamed('w');
    const asking = askingOf([witness]);
    const conducts: readonly Conduct[] = [
      (honestly) => honestly(),
      (honestly) => honestly(),
      () => ({ status: 503, body: 'busy\n' }),
      () => ({ status: 503, body: 'busy\n' }),
      (honestly) => honestly(),
    ];
    for (const conduct of conducts) {
      witness.conduct = conduct;
      await asking.ask(candidate(7));
    }
    expect(asking.told.map(({ state }) => state)).toEqual(['ok', 'answered 503: busy', 'ok']);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../base/bytes.ts';
import { SIGNATURE_TYPE, verifierKey } from '../../../checkpoint/key.ts';
import { MalformedPolicy } from '../../../checkpoint/policy/failures.ts';
import { parsePolicy } from '../../../checkpoint/policy/parse.ts';
import { formatVkey } from '../../../checkpoint/vkey.ts';
import { LOG, WITNESS, thrownBy } from '../signing.ts';
import { LOG_VKEY, NO_FAULT, POST_QUANTUM, W1, W2, W3, parse, said, vkeyOf } from './saying.ts';

describe('tlog-policy: what is a policy', () => {
  it('the least there is', () => {
    expect(parse(NO_FAULT)).toEqual({ logs: [], witnesses: [], groups: [], quorum: undefined });
  });
  it('logs, witnesses, groups of groups, and a quorum', () => {
    const policy = parse(
      `log ${LOG_VKEY} https://log.example.test/\n` +
        `witness X1 ${W1}\nwitness X2 ${W2} https://x2.example.test/prefix\ngroup X 2 X1 X2\n` +
        `witness Y1 ${W3}\ngroup Y any Y1\ngroup X-and-Y all X Y\nquorum X-and-Y\n`,
    );
    expect(policy.logs).toEqual([{ key: LOG.key, url: 'https://log.example.test/' }]);
    expect(policy.witnesses.map(({ name, key, url }) => [name, formatVkey(key), url])).toEqual([
      ['X1', W1, undefined],
      ['X2', W2, 'https://x2.example.test/prefix'],
      ['Y1', W3, undefined],
    ]);
    expect(policy.witnesses[0]?.verifier?.id).toEqual(WITNESS.verifier.id);
    expect(policy.groups).toEqual([
      { name: 'X', threshold: 2, members: ['X1', 'X2'] },
      { name: 'Y', threshold: 1, members: ['Y1'] },
      { name: 'X-and-Y', threshold: 2, members: ['X', 'Y'] },
    ]);
    expect(policy.quorum).toBe('X-and-Y');
  });

  const valid: readonly (readonly [string, string])[] = [
    ['spaces and tabs wherever they may be', ` \t witness\t \ta  ${W1}\t \n\t\n \nquorum\ta \n`],
    ['comments above and below, whatever is in them', `# log x\n \t#é#\n#\nquorum none\n# the end\n`],
    ['a witness alone as the quorum', `witness a ${W1}\nquorum a\n`],
    ['a member as the quorum', `witness a ${W1}\ngroup g any a\nquorum a\n`],
    ['a quorum before what has nothing to do with it', `witness a ${W1}\nquorum a\nwitness b ${W2}\nlog ${LOG_VKEY}\n`],
    ['a witness that is in no group', `witness a ${W1}\nwitness b ${W2}\nquorum b\n`],
    ['the words of the file as names', `witness any ${W1}\nwitness log ${W2}\ngroup all 1 any log\nquorum all\n`],
    ['names of other alphabets, with hashes and slashes', `witness прим/ер#1 ${W1}\nquorum прим/ер#1\n`],
    ['two names that look the same to Unicode only', `witness K ${W1}\nwitness \u212a ${W2}\nquorum \u212a\n`],
    ['a key of type 0x01 for a witness', `witness a ${vkeyOf('a.example', SIGNATURE_TYPE.ed25519, 9)}\nquorum a\n`],
    ['a post-quantum key for a witness', `witness a ${POST_QUANTUM}\nquorum a\n`],
    ['a post-quantum key for a log', `log ${POST_QUANTUM}\n${NO_FAULT}`],
    ['a log and a witness with one key', `log ${vkeyOf('a', 1, 9)}\nwitness a ${vkeyOf('a', 4, 9)}\nquorum a\n`],
    ['two keys of one log', `log ${vkeyOf('a', 1, 9)}\nlog ${vkeyOf('a', 1, 10)}\n${NO_FAULT}`],
    ['any address for a log', `log ${LOG_VKEY} ftp://a#b?c\n${NO_FAULT}`],
    ['an address with a port and a path for a witness', `witness a ${W1} http://[::1]:8080/a/b/\nquorum a\n`],
    ['an address of another alphabet', `witness a ${W1} https://exämple.test/ö\nquorum a\n`],
    ['the largest number a group can have', `witness a ${W1}\nwitness b ${W2}\ngroup g 2 a b\nquorum g\n`],
  ];
  it.each(valid)('%s', (_what, text) => {
    expect(said(text)).toEqual([]);
  });

  it('32 logs, witnesses and groups, and a thousand more', () => {
    const lines = (count: number): string =>
      Array.from({ length: count }, (_, i) => {
        const material = new Uint8Array(32).fill(i % 256);
        material[0] = i / 256;
        const [log, witness] = [verifierKey(`l${i}`, 1, material), verifierKey(`w${i}`, 4, material)];
        return `log ${formatVkey(log)}\nwitness w${i} ${formatVkey(witness)}\ngroup g${i} any w${i}\n`;
      }).join('');
    for (const count of [32, 1024]) {
      const { logs, witnesses, groups } = parse(`${lines(count)}quorum g7\n`);
      expect([logs.length, witnesses.length, groups.length]).toEqual([count, count, count]);
    }
    const last = 3 * 1025 + 1;
    expect(said(`${lines(1025)}quorum g7\n`)).toEqual(
      ['logs', 'witnesses', 'groups'].map((what) => `line ${last}: more than 1024 ${what}`),
    );
  });
});

describe('tlog-policy: reading whatever comes', () => {
  it('throws nothing but its failure', () => {
    const word = fc.constantFrom(
      'log',
      'witness',
      'group',
      'quorum',
      'none',
      'any',
      'all',
      '1',
      '2',
      'a',
      'b',
      '#',
      LOG_VKEY,
      W1,
      W3,
      'https://a',
      '\r',
      'é',
    );
    const text = fc.array(
      fc.array(word, { maxLength: 5 }).map((words) => words.join(' ')),
      { maxLength: 8 },
    );
    const files = fc.oneof(
      fc.uint8Array(),
      text.map((lines) => utf8(lines.join('\n'))),
      text.map((lines) => utf8(`${lines.join('\n')}\n${NO_FAULT}`)),
    );
    fc.assert(
      fc.property(files, (one) => {
        const thrown = thrownBy(() => parsePolicy(one));
        expect(thrown === undefined || thrown instanceof MalformedPolicy).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  interface Written {
    readonly witnesses: number;
    /** How many of the free names each group takes, and how many of those it wants. */
    readonly groups: readonly { readonly takes: number; readonly wants: number }[];
  }
  it('gives back what was written', () => {
    const written: fc.Arbitrary<Written> = fc.record({
      witnesses: fc.integer({ min: 1, max: 8 }),
      groups: fc.array(fc.record({ takes: fc.integer({ min: 1, max: 4 }), wants: fc.nat(3) }), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(written, ({ witnesses, groups }) => {
        const names = Array.from({ length: witnesses }, (_, i) => `w${i}`);
        const lines = names.map((name, i) => `witness ${name} ${vkeyOf(name, 4, 100 + i)} https://${name}/\n`);
        const free = [...names];
        const expected = groups.flatMap(({ takes, wants }, i) => {
          const members = free.splice(0, takes);
          const group = { name: `g${i}`, threshold: 1 + (wants % Math.max(1, members.length)), members };
          if (members.length > 0) free.push(group.name);
          return members.length > 0 ? [group] : [];
        });
        const groupLines = expected.map(
          (group) => `group ${group.name} ${group.threshold} ${group.members.join(' ')}\n`,
        );
        const policy = parse(`${lines.join('')}${groupLines.join('')}quorum ${free.at(-1)}\n`);
        expect(policy.witnesses.map(({ name, url }) => [name, url])).toEqual(
          names.map((name) => [name, `https://${name}/`]),
        );
        expect([policy.groups, policy.quorum]).toEqual([expected, free.at(-1)]);
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../base/bytes.ts';
import { SIGNATURE_TYPE, verifierKey } from '../../../checkpoint/key.ts';
import { MalformedPolicy } from '../../../checkpoint/policy/failures.ts';
import { POLICY_LIMIT, parsePolicy } from '../../../checkpoint/policy/parse.ts';
import { formatVkey } from '../../../checkpoint/vkey.ts';
import { LOG_VKEY, NO_FAULT, W1, W2, said, vkeyOf } from './saying.ts';

const TREE_HEAD = formatVkey(verifierKey('a', 5, new Uint8Array(32)));
const WITNESS = `witness a ${W1}\n`;
const NO_QUORUM = 'no line says what the quorum is';
const A_LINE = 'a line begins with log, witness, group or quorum, not with';
const A_LOG = 'a log is: log <vkey> [<url>]';
const A_WITNESS = 'a witness is: witness <name> <vkey> [<url>]';
const A_GROUP = 'a group is: group <name> any|all|<number> <member>...';
const NO_PREFIX = 'is not a submission prefix: http or https, without query, fragment or password';
const NO_KEY = 'not a verifier key: it is not a name, an id and a key with plus signs between';

/** Two keys that are not one, and yet sign lines under the name `a` and one id: it took 100,000 to find them. */
const twin = (number: number, type: number): string => {
  const material = new Uint8Array(32);
  new DataView(material.buffer).setUint32(0, number);
  return formatVkey(verifierKey('a', type, material));
};
const [TWIN, OTHER_TWIN] = [twin(1936, SIGNATURE_TYPE.cosignature), twin(100_219, SIGNATURE_TYPE.ed25519)];

/** A name of the fault, the text, and the message expected: line, fault. */
type Invalid = readonly [string, string, number, string];

describe('tlog-policy: what is no policy, and in which line', () => {
  const octets: readonly Invalid[] = [
    ['a zero in a comment', `#\0\n${NO_FAULT}`, 1, 'the octet 0x00 has no place here'],
    ['a form feed', `\n\f\n${NO_FAULT}`, 2, 'the octet 0x0c has no place here'],
    ['a delete character', `# \u007f\n${NO_FAULT}`, 1, 'the octet 0x7f has no place here'],
    ['an escape', `# \u001b\n${NO_FAULT}`, 1, 'the octet 0x1b has no place here'],
    ['a carriage return', 'quorum none\r\n', 1, 'the octet 0x0d has no place here'],
    ['no newline at the end', '\nquorum none', 2, 'the line does not end in a newline'],
  ];
  const words: readonly Invalid[] = [
    ['nothing', '', 1, NO_QUORUM],
    ['a comment alone', '\n# quorum none\n', 2, NO_QUORUM],
    ['another word', `quorums none\n${NO_FAULT}`, 1, `${A_LINE} "quorums"`],
    ['a word in capitals', `Quorum none\n${NO_FAULT}`, 1, `${A_LINE} "Quorum"`],
    ['a no-break space', `quorum\u00a0none\n${NO_FAULT}`, 1, `${A_LINE} "quorum\u00a0none"`],
    ['a comment behind a line', `group g any #\n${NO_FAULT}`, 1, 'no line above defines "#"'],
  ];
  const logs: readonly Invalid[] = [
    ['a log without a key', `log\n${NO_FAULT}`, 1, A_LOG],
    ['a log of four words', `log ${LOG_VKEY} a b\n${NO_FAULT}`, 1, A_LOG],
    ['a log with a cosignature key', `log ${W1}\n${NO_FAULT}`, 1, 'a log does not sign with a cosignature key (0x04)'],
    [
      'a log twice',
      `log ${LOG_VKEY}\n#\nlog ${LOG_VKEY}\n${NO_FAULT}`,
      3,
      'the key, or its name and id, are those of line 1',
    ],
    [
      'a key of two logs',
      `log ${vkeyOf('a', 1, 9)}\nlog ${vkeyOf('b', 1, 9)}\n${NO_FAULT}`,
      2,
      'the key, or its name and id, are those of line 1',
    ],
  ];
  const witnesses: readonly Invalid[] = [
    ['a witness without a key', 'witness a\nquorum a\n', 1, A_WITNESS],
    ['a witness without a name', `witness\n${NO_FAULT}`, 1, A_WITNESS],
    ['a witness of five words', `witness a ${W1} https://a b\nquorum a\n`, 1, A_WITNESS],
    ['a comment behind a witness', `witness a ${W1} #it\nquorum a\n`, 1, `"#it" ${NO_PREFIX}`],
    ['a query', `witness a ${W1} https://a/?b\nquorum a\n`, 1, `"https://a/?b" ${NO_PREFIX}`],
    ['a witness called none', `witness none ${W1}\n${NO_FAULT}`, 1, 'the name none stands for no witness'],
    ['a key that is none', 'witness a b\nquorum a\n', 1, NO_KEY],
    [
      'another id',
      WITNESS.replace('7aa54a0e', '7aa54a0f') + NO_FAULT,
      1,
      'not a verifier key: the id 7aa54a0f is not that of the key, which is 7aa54a0e',
    ],
    ['a witness twice', `${WITNESS}witness b ${W1}\nquorum b\n`, 2, 'the key, or its name and id, are those of line 1'],
    [
      'one key as two types',
      `witness a ${vkeyOf('a', 4, 9)}\nwitness b ${vkeyOf('b', 1, 9)}\nquorum b\n`,
      2,
      'the key, or its name and id, are those of line 1',
    ],
    [
      'two keys of one id',
      `witness a ${TWIN}\nwitness b ${OTHER_TWIN}\nquorum b\n`,
      2,
      'the key, or its name and id, are those of line 1',
    ],
    ['two witnesses of one name', `${WITNESS}witness a ${W2}\nquorum a\n`, 2, 'line 1 defines "a" already'],
    ['a tree head key', `witness a ${TREE_HEAD}\nquorum a\n`, 1, 'a witness does not sign with a key of type 5'],
  ];
  const groups: readonly Invalid[] = [
    ['a group called none', `${WITNESS}group none any a\n${NO_FAULT}`, 2, 'the name none stands for no witness'],
    ['a group with the name of a witness', `${WITNESS}group a any a\nquorum a\n`, 2, 'line 1 defines "a" already'],
    ['a group without members', 'group g any\nquorum g\n', 1, A_GROUP],
    ['a group without a number', 'group g\nquorum g\n', 1, A_GROUP],
    ['a group without a name', `group\n${NO_FAULT}`, 1, A_GROUP],
    ...['0', '2', '01', '+1', '-1', '1.0', '0x1', '1e0', 'one', 'Any', '99999999999999999999999'].map(
      (least): Invalid => [
        `a group that wants ${least} of one`,
        `${WITNESS}group g ${least} a\nquorum a\n`,
        2,
        `"${least}" is not any, all or a number from 1 to 1`,
      ],
    ),
    ['a member that is not there', 'group g any a\nquorum g\n', 1, 'no line above defines "a"'],
    ['a member that comes later', `group g any a\n${WITNESS}quorum g\n`, 1, 'no line above defines "a"'],
    ['a group in itself', 'group g any g\nquorum g\n', 1, 'no line above defines "g"'],
    ['none as a member', 'group g any none\nquorum g\n', 1, 'none cannot be a member'],
    ['a member twice', `${WITNESS}group g any a a\nquorum g\n`, 2, '"a" is a member on line 2 already'],
    [
      'a member of two groups',
      `${WITNESS}group g any a\ngroup h any a\nquorum g\n`,
      3,
      '"a" is a member on line 2 already',
    ],
    [
      'a group in two groups',
      `${WITNESS}group g any a\ngroup h any g\ngroup i any g\nquorum h\n`,
      4,
      '"g" is a member on line 3 already',
    ],
  ];
  const quorums: readonly Invalid[] = [
    ['a quorum that is not there', 'quorum a\n', 1, 'no line above defines "a"'],
    ['a quorum that comes later', `quorum a\n${WITNESS}`, 1, 'no line above defines "a"'],
    ['two quorums', `${WITNESS}quorum a\nquorum a\n`, 3, 'line 2 says already what the quorum is'],
    ['none and a quorum', `${WITNESS}quorum none\nquorum a\n`, 3, 'line 2 says already what the quorum is'],
  ];
  it.each([...octets, ...words, ...logs, ...witnesses, ...groups, ...quorums])('%s', (_what, text, line, fault) => {
    expect(said(text)).toEqual([`line ${line}: ${fault}`]);
  });
  it.each(['quorum\n', 'quorum none # none\n'])('%j has no quorum either', (text) => {
    expect(said(text)).toEqual(['line 1: a quorum is: quorum <name>', `line 1: ${NO_QUORUM}`]);
  });

  it('every fault at once, in the order of the lines, and none because of another', () => {
    const file = [
      `log ${LOG_VKEY}x`,
      '# a comment',
      'witness a b http://a',
      `witness c ${W2} mailto:c`,
      'group g 3 a c',
      'group h any g nobody\t\f',
      'quorum h',
      'quorum g',
      'what',
    ].join('\n');
    expect(said(file)).toEqual([
      'line 1: not a verifier key: type and key are not base64',
      'line 3: not a verifier key: it is not a name, an id and a key with plus signs between',
      'line 4: "mailto:c" is not a submission prefix: http or https, without query, fragment or password',
      'line 5: "3" is not any, all or a number from 1 to 2',
      'line 6: the octet 0x0c has no place here',
      'line 6: no line above defines "nobody"',
      'line 8: line 7 says already what the quorum is',
      'line 9: the line does not end in a newline',
      'line 9: a line begins with log, witness, group or quorum, not with "what"',
    ]);
  });

  it('has 1 MiB at most, or what the caller says', () => {
    const file = utf8(`#${'x'.repeat(POLICY_LIMIT - NO_FAULT.length - 2)}\n${NO_FAULT}`);
    expect(file.length).toBe(1_048_576);
    expect(parsePolicy(file).quorum).toBeUndefined();
    expect(said(Uint8Array.from([...file, 0x0a]))).toEqual(['line 1: the file is longer than 1048576 bytes']);
    expect(() => parsePolicy(utf8(NO_FAULT), 11)).toThrow(MalformedPolicy);
    expect(parsePolicy(utf8(NO_FAULT), 12).quorum).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { citable, citing, wrongCitations } from './citations.ts';
import { ROOT } from './inspect.ts';

const documents = citable(ROOT);
const cited = (text: string, path = 'log/a.ts'): readonly string[] => wrongCitations([{ path, text }], documents);

/** Put together here, so that this file cites nothing that does not exist. */
const [S, CONTRACT, SECTION, TRAP, DECISION] = ['§', 'contract', 'section', 'trap', 'decision'] as const;

describe('style §11: citations', () => {
  it('name a section, trap or decision that exists', () => {
    expect(wrongCitations(citing(ROOT), documents)).toStrictEqual([]);
  });

  it('are looked for in code, tests and pages', () => {
    const paths = citing(ROOT).map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'log/unacknowledged-entries.ts',
        'test/server/rekor-v2/frozen.test.ts',
        'docs/spec/rekor-v2.md',
        'README.md',
      ]),
    );
  });

  it('find all numbers of the documents', () => {
    expect([...(documents.sections.get('rekor-v1') ?? [])]).toEqual(expect.arrayContaining(['0', '3.0', '15']));
    expect([...documents.traps].map(([name, { size }]) => [name, size])).toEqual(
      expect.arrayContaining([
        ['rekor-v1', 20],
        ['rekor-v2', 20],
      ]),
    );
    expect(documents.decisions.size).toBe(21);
  });
});

describe('style §11: planted citations', () => {
  it.each([
    ['a section that its document has not', `// rekor-v1 ${S}99.1`, `rekor-v1 ${S}99.1" does not exist`],
    ['one behind a right one', `// rekor-v2 ${S}1.8, ${S}1.99`, `${S}1.99" does not exist`],
    ['a document without numbers', `// architecture ${S}3`, `architecture ${S}3" does not exist`],
    ['a section of nothing', `it('answers: ${S}1.9')`, `${S}1.9" names no document`],
    ['a contract that could be either', `// ${CONTRACT} ${SECTION} 1.4`, 'names no document'],
    ['the same in short', `describe('${CONTRACT} 1.4: paths')`, 'names no document'],
    ['a trap that could be of either', `// ${TRAP} 19`, 'names no document'],
    ['a trap that there is not', `// rekor-v1 ${TRAP} 21`, 'does not exist'],
    ['two traps in one', `// rekor-v1 ${TRAP}s 4 and 99`, 'cite each by itself'],
    ['a decision that there is not', `// ${DECISION} 99`, 'does not exist'],
    ['a citation over two lines', `/**\n * See rekor-v1\n * ${S}99.\n */`, 'does not exist'],
  ])('%s is found', (_what, text, reason) => {
    expect(cited(text)).toStrictEqual([expect.stringContaining(reason)]);
  });

  it.each([
    `// rekor-v1 ${S}1.4, ${S}1.3`,
    `// rekor-v2 ${S}1.3, rule 13; RFC 9112 ${S}6.1`,
    `// rekor-v1 ${TRAP} 19, style ${S}1, ${DECISION} 12`,
    `/** RFC 5280 ${S}4.2.1.4,\n * ${S}4.2.1.5 */`,
    `// X.690 ${S}8.1.2; FIPS 186-5 ${S}6.4.2`,
  ])('%s is right', (text) => {
    expect(cited(text)).toStrictEqual([]);
  });

  it('a section of the page itself needs no name', () => {
    expect(cited(`See ${S}1.4 and ${S}99.`, 'docs/spec/rekor-v1.md')).toStrictEqual([
      expect.stringContaining(`${S}99" does not exist`),
    ]);
  });
});

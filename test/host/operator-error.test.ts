import { describe, expect, it } from 'vitest';
import { operatorSentence } from '../../host/operator-error.ts';
import { LogRefused } from '../../log/failures.ts';
import { DamagedStore } from '../../storage/failures.ts';

const missing = Object.assign(new Error('ENOENT: open'), { code: 'ENOENT', syscall: 'open', path: '/data/x' });

describe('errors of a program that an operator can act on', () => {
  it.each([
    ['a refusal of ours', new LogRefused('the key is missing'), 'the key is missing'],
    ['an error of the system', missing, '/data/x: there is no such file or folder (ENOENT, open)'],
    [
      'damage',
      new DamagedStore('tile 5'),
      'stored data is damaged: tile 5. Put back a copy of the data folder that passes: npm run -s stele -- audit --data COPY',
    ],
  ])('%s becomes a sentence', (_what, error, sentence) => {
    expect(operatorSentence(error)).toBe(sentence);
  });

  it.each([new TypeError('x is not a function'), 'a text', undefined])('%s, a bug, becomes none', (thrown) => {
    expect(operatorSentence(thrown)).toBeUndefined();
  });
});

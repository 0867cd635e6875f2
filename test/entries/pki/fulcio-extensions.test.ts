import { expect, it } from 'vitest';
import { utf8 } from '../../../base/bytes.ts';
import { fulcioValues } from '../../../entries/pki/fulcio-extensions.ts';

const ARC = '1.3.6.1.4.1.57264.1';
const bare = (number: number, text: string) => ({ id: `${ARC}.${number}`, isCritical: false, value: utf8(text) });
const string = (number: number, text: string) => {
  const value = new Uint8Array([0x0c, text.length, ...utf8(text)]);
  return { id: `${ARC}.${number}`, isCritical: false, value };
};

it("Fulcio's extensions are read by their names, and the newer issuer wins wherever it stands", () => {
  const [older, newer] = [bare(1, 'https://older.test'), string(8, 'https://newer.test')];
  for (const list of [
    [older, newer],
    [newer, older],
  ])
    expect(fulcioValues(list)).toEqual({ issuer: 'https://newer.test' });
  expect(fulcioValues([older, string(16, 'https://github.com/acme')])).toEqual({
    issuer: 'https://older.test',
    sourceRepositoryOwnerURI: 'https://github.com/acme',
  });
});

it("Fulcio's extensions that cannot be read, and others, are left out", () => {
  const others = [bare(9, 'no DER'), string(99, 'unknown'), { ...bare(1, 'elsewhere'), id: '1.2.3.1' }];
  expect(fulcioValues(others)).toEqual({});
});

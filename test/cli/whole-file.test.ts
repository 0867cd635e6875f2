import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemSentence } from '../../base/system-error.ts';
import { writeWhole } from '../../cli/state/whole-file.ts';

it('a file that cannot be written is refused by the name that was given, and nothing is left of it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stele-whole-'));
  try {
    let refusal: unknown;
    try {
      writeWhole(folder, 'text');
    } catch (error) {
      refusal = error;
    }
    if (!(refusal instanceof Error)) throw new Error('a folder was replaced by a file');
    expect(systemSentence(refusal)).toMatch(new RegExp(`^${folder}: .*EISDIR`));
    expect(readdirSync(join(folder, '..')).filter((name) => name.startsWith(`${folder.split('/').at(-1)}.`))).toEqual(
      [],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

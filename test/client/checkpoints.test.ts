import { describe, expect, it } from 'vitest';
import { utf8 } from '../../base/bytes.ts';
import { parsePolicy } from '../../checkpoint/policy/parse.ts';
import { formatVkey } from '../../checkpoint/vkey.ts';
import { openCheckpoint, openRekorCheckpoint, verifyCheckpoint } from '../../client/checkpoint.ts';
import { formatNote } from '../../checkpoint/note.ts';
import { LOG, LOG_LINE, TEXT, testLog, WITNESS, WITNESS_LINE } from '../checkpoint/signing.ts';
import { reasonOf } from '../support/verdicts.ts';

const NOTE = `${TEXT}\n${LOG_LINE}`;
const { name } = LOG.key;
const witnessed = parsePolicy(utf8(`log ${formatVkey(LOG.key)}\nwitness w ${formatVkey(WITNESS.key)}\nquorum w\n`));

describe('c2sp.org/tlog-checkpoint: a checkpoint opened by client/', () => {
  it('holds if the log has signed it, and has size and root', () => {
    expect(openCheckpoint(NOTE, LOG.verifier)).toMatchObject({ holds: true, checkpoint: { origin: name, size: 2 } });
  });

  it('does not hold for another text, another key, or no note at all', () => {
    expect(reasonOf(openCheckpoint(NOTE.replace('\n2\n', '\n3\n'), LOG.verifier))).toMatch(/does not verify$/);
    expect(reasonOf(openCheckpoint(NOTE, testLog(name, 9).verifier))).toBe('no known key has signed the note');
    expect(reasonOf(openCheckpoint('', LOG.verifier))).toBe('a note needs a blank line before its signatures');
  });

  it('does not hold if the key that signed is of another log than its origin', () => {
    const text = TEXT.replace(name, `${name} - 12`);
    const note = formatNote({ text, signatures: [LOG.sign(text)] });
    expect(reasonOf(openCheckpoint(note, LOG.verifier))).toBe(`it is that of ${name} - 12`);
    expect(openRekorCheckpoint(note, LOG.verifier).holds).toBe(true);
    expect(reasonOf(openRekorCheckpoint(NOTE, LOG.verifier))).toBe(`it is that of ${name}`);
  });
});

describe('c2sp.org/tlog-policy: a checkpoint verified against a policy by client/', () => {
  it('holds with the cosignatures of a quorum, and says whose they are', () => {
    const verdict = verifyCheckpoint(`${NOTE}${WITNESS_LINE}`, witnessed);
    expect(verdict).toMatchObject({ holds: true, cosigners: new Set(['w']) });
  });

  it('does not hold without them, or if the log itself has not signed', () => {
    expect(reasonOf(verifyCheckpoint(NOTE, witnessed))).toBe('0 cosignatures of witnesses are no quorum');
    expect(reasonOf(verifyCheckpoint(`${TEXT}\n${WITNESS_LINE}`, witnessed))).toBe('no known key has signed the note');
    const trusting = parsePolicy(utf8('quorum none\n'));
    expect(reasonOf(verifyCheckpoint(NOTE, trusting))).toBe(`no log ${name} is trusted`);
  });
});

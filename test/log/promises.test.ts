import { createPublicKey, verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import { describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../../base/bytes.ts';
import { parseCheckpoint } from '../../checkpoint/checkpoint.ts';
import { parseNote } from '../../checkpoint/note.ts';
import type { ProvenEntry } from '../../log/types.ts';
import { addMany, admitted, EXPECTED_IDENTITY, isProven, KEY, openLogFixture, useFolder } from './log-fixture.ts';

const folder = useFolder();
const publicKey = createPublicKey(KEY.publicKey);
const TREE = '1234567890123456789';

function promiseOf({ body, integratedTime, virtualIndex }: ProvenEntry): Uint8Array {
  const members = {
    logIndex: virtualIndex,
    logID: KEY.id,
    integratedTime,
    body: Buffer.from(body).toString('base64'),
  };
  return utf8(canonicalize(members) ?? '');
}

describe('rekor-v1 §7: signed entry timestamps', () => {
  it('verify over canonical JSON of body, time, log id and index, and over nothing else', async () => {
    await using fixture = await openLogFixture(folder());
    const added = await addMany(fixture.log, 0, 40);
    for (const { entry } of added) {
      const signature = entry.signedEntryTimestamp;
      expect(verify('sha256', promiseOf(entry), publicKey, signature)).toBe(true);
      for (const change of [
        { integratedTime: entry.integratedTime + 1 },
        { virtualIndex: entry.virtualIndex + 1 },
        { body: utf8('other') },
      ]) {
        expect(verify('sha256', promiseOf({ ...entry, ...change }), publicKey, signature)).toBe(false);
      }
    }
  });

  it('are the same when an entry is read, later and after the next start', async () => {
    let first: Uint8Array;
    {
      await using fixture = await openLogFixture(folder());
      first = new Uint8Array((await fixture.log.add(admitted('a'))).entry.signedEntryTimestamp);
      await addMany(fixture.log, 0, 3);
      expect(new Uint8Array((await fixture.log.byIndex(0))?.signedEntryTimestamp ?? [])).toEqual(first);
    }
    await using fixture = await openLogFixture(folder());
    expect(new Uint8Array((await fixture.log.byIndex(0))?.signedEntryTimestamp ?? [])).toEqual(first);
  });

  it('name the place in the whole log when other trees came before', async () => {
    const offset = 5_000_000_000;
    await using fixture = await openLogFixture(folder(), { offset });
    const [, second] = await addMany(fixture.log, 0, 2);
    expect([second?.entry.index, second?.entry.virtualIndex]).toEqual([1, offset + 1]);
    const found = await fixture.log.byIndex(offset + 1);
    expect(found && isProven(found)).toBe(true);
    expect(found && verify('sha256', promiseOf(found), publicKey, found.signedEntryTimestamp)).toBe(true);
    for (const index of [0, 1, offset - 1, offset + 2]) expect(await fixture.log.byIndex(index)).toBeUndefined();
  });
});

describe('rekor-v1 §8: checkpoints', () => {
  it('are notes of one signature, by the host, over origin, size and root', async () => {
    await using fixture = await openLogFixture(folder());
    for (const size of [0, 1, 2, 300]) {
      await addMany(fixture.log, fixture.log.head().size, size);
      const head = fixture.log.head();
      const { text, signatures } = parseNote(head.rekorCheckpoint);
      const { origin, size: signed, root } = parseCheckpoint(text);
      expect([origin, signed, toHex(root)]).toEqual([`${EXPECTED_IDENTITY.origin} - ${TREE}`, size, toHex(head.root)]);
      expect(signatures.length).toBe(1);
      const [{ name, keyId, signature } = { name: '', keyId: utf8(''), signature: utf8('') }] = signatures;
      expect([name, toHex(keyId)]).toEqual([EXPECTED_IDENTITY.origin, KEY.id.slice(0, 8)]);
      expect(verify('sha256', utf8(text), publicKey, signature)).toBe(true);
      expect(verify('sha256', utf8(text.replace('\n', '0\n')), publicKey, signature)).toBe(false);
    }
  });

  it('stay byte for byte the same over a start', async () => {
    let checkpoint: string;
    {
      await using fixture = await openLogFixture(folder());
      await addMany(fixture.log, 0, 3);
      ({ rekorCheckpoint: checkpoint } = fixture.log.head());
    }
    await using fixture = await openLogFixture(folder());
    expect(fixture.log.head().rekorCheckpoint).toBe(checkpoint);
  });
});

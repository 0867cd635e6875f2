import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SerializedBundle } from '@sigstore/bundle';
import { keySigner, openWorld, signMessage, throughFile, verify, type World } from './sigstore-js.ts';

type Entry = SerializedBundle['verificationMaterial']['tlogEntries'][number];
type Changeable<T> = { -readonly [Name in keyof T]: Changeable<T[Name]> };

/** One bit of the byte at `at`, counted from the end if negative. */
function flip(encoded: string, at: number): string {
  const bytes = Buffer.from(encoded, 'base64');
  const place = at < 0 ? bytes.length + at : at;
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  return bytes.toString('base64');
}

function editNote(note: string, line: number, edit: (line: string) => string): string {
  return note
    .split('\n')
    .map((text, i) => (i === line ? edit(text) : text))
    .join('\n');
}

const FORGERIES: readonly {
  readonly forged: string;
  readonly code: string;
  readonly forge: (entry: Changeable<Entry>) => void;
}[] = [
  {
    forged: 'another body',
    code: 'TLOG_INCLUSION_PROMISE_ERROR',
    forge: (entry) => void (entry.canonicalizedBody = flip(entry.canonicalizedBody, -40)),
  },
  {
    forged: 'another signed entry timestamp',
    code: 'TLOG_INCLUSION_PROMISE_ERROR',
    forge: ({ inclusionPromise: promise }) =>
      void (promise && (promise.signedEntryTimestamp = flip(promise.signedEntryTimestamp, -1))),
  },
  {
    forged: 'another time',
    code: 'TLOG_INCLUSION_PROMISE_ERROR',
    forge: (entry) => void (entry.integratedTime = String(Number(entry.integratedTime) - 1)),
  },
  {
    forged: 'another log index',
    code: 'TLOG_INCLUSION_PROMISE_ERROR',
    forge: (entry) => void (entry.logIndex = '2'),
  },
  {
    forged: 'another index in the proof',
    code: 'TLOG_INCLUSION_PROOF_ERROR',
    forge: ({ inclusionProof: proof }) => void (proof && (proof.logIndex = '2')),
  },
  {
    forged: 'another hash in the proof',
    code: 'TLOG_INCLUSION_PROOF_ERROR',
    forge: ({ inclusionProof: proof }) => void (proof && (proof.hashes[0] = flip(proof.hashes[0] ?? '', 0))),
  },
  {
    forged: 'a proof that lacks a hash',
    code: 'TLOG_INCLUSION_PROOF_ERROR',
    forge: ({ inclusionProof: proof }) => void proof?.hashes.pop(),
  },
  {
    forged: 'a proof with a hash more',
    code: 'TLOG_INCLUSION_PROOF_ERROR',
    forge: ({ inclusionProof: proof }) => void proof?.hashes.push(proof.hashes[0] ?? ''),
  },
  {
    forged: 'a checkpoint of another origin',
    code: 'TLOG_INCLUSION_PROOF_ERROR',
    forge: (entry) => changeNote(entry, 0, (line) => `${line}0`),
  },
  {
    forged: 'a checkpoint of another size',
    code: 'TLOG_INCLUSION_PROOF_ERROR',
    forge: (entry) => changeNote(entry, 1, (line) => String(Number(line) + 1)),
  },
  {
    forged: 'a checkpoint of another root',
    code: 'TLOG_INCLUSION_PROOF_ERROR',
    forge: (entry) => changeNote(entry, 2, (line) => flip(line, 0)),
  },
  {
    forged: 'a checkpoint with another signature',
    code: 'TLOG_INCLUSION_PROOF_ERROR',
    forge: (entry) => changeNote(entry, 4, (line) => line.replace(/\S+$/, (encoded) => flip(encoded, -1))),
  },
  {
    forged: 'a checkpoint of another key',
    code: 'TLOG_INCLUSION_PROOF_ERROR',
    forge: (entry) => changeNote(entry, 4, (line) => line.replace(/\S+$/, (encoded) => flip(encoded, 0))),
  },
];

function changeNote({ inclusionProof }: Changeable<Entry>, line: number, edit: (line: string) => string): void {
  const checkpoint = inclusionProof?.checkpoint;
  if (checkpoint) checkpoint.envelope = editNote(checkpoint.envelope, line, edit);
}

describe('sigstore-js: a bundle that was tampered with', () => {
  const signer = keySigner();
  let world: World;
  let bundle: SerializedBundle;
  beforeAll(async () => {
    world = await openWorld();
    await signMessage(world, keySigner());
    await signMessage(world, keySigner());
    bundle = throughFile(await signMessage(world, signer));
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('is whole before', () => {
    expect(bundle.verificationMaterial.tlogEntries[0]?.inclusionProof?.hashes.length).toBe(2);
    expect(() => verify(world, bundle, signer)).not.toThrow();
  });

  for (const { forged, code, forge } of FORGERIES) {
    it(`${forged} is refused`, () => {
      const copy = structuredClone(bundle) as Changeable<SerializedBundle>;
      const [entry] = copy.verificationMaterial.tlogEntries;
      if (entry) forge(entry);
      expect(copy).not.toEqual(bundle);
      expect(() => verify(world, copy as SerializedBundle, signer)).toThrow(expect.objectContaining({ code }));
    });
  }

  it('another artifact is refused', () => {
    const copy = structuredClone(bundle) as Changeable<SerializedBundle>;
    const { messageSignature } = copy;
    if (messageSignature) messageSignature.signature = flip(messageSignature.signature, -1);
    expect(() => verify(world, copy as SerializedBundle, signer)).toThrow(
      expect.objectContaining({ name: 'VerificationError' }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { toBase64 } from '../../../base/bytes.ts';
import { type Checkpoint, formatCheckpoint } from '../../../checkpoint/checkpoint.ts';
import { type NoteSignature, formatNote, formatSignatures, parseNote } from '../../../checkpoint/note.ts';
import { type KnownLogs, verifyNote } from '../../../checkpoint/verify.ts';
import { parseSize, readCosignatures } from '../../../checkpoint/witness/answer.ts';
import { addCheckpointResponse } from '../../../server/routes/witness.ts';
import { type Judgement, judge } from '../../../checkpoint/witness/judge.ts';
import { formatAddCheckpoint, parseAddCheckpoint } from '../../../checkpoint/witness/request.ts';
import { type Proof, type RootHash, type TreeHead, nodeHash, treeSize } from '../../../merkle/types.ts';
import { COSIGNED_AT, LOG, WITNESS, testLog } from '../signing.ts';
import { checkpointOf, consistency, headOf } from '../trees.ts';

const ORIGIN = 'log.example.test';
const SECOND = testLog(ORIGIN, 7); // another key of the same log
const STRANGER = testLog('stranger.example.test', 8);
const LOGS: KnownLogs = new Map([[ORIGIN, [LOG.verifier, SECOND.verifier]]]);
/** Takes any signature of the log for good, where signatures are not what is asked about. */
const TRUSTING_LOGS: KnownLogs = new Map([[ORIGIN, [{ ...LOG.verifier, verify: () => true }]]]);
const LINE = LOG.sign('a\n');
const WRONG_ROOT = nodeHash(new Uint8Array(32).fill(9)) as RootHash;

interface Asked {
  readonly old: number;
  readonly proof?: Proof;
  readonly checkpoint: Checkpoint;
  readonly last?: TreeHead;
  readonly sign?: (text: string) => readonly NoteSignature[];
  readonly logs?: KnownLogs;
}

/** Returns the witness's decision about a request that has gone over the wire. */
function verdict({
  old,
  proof = [],
  checkpoint,
  last,
  sign = (text) => [LOG.sign(text)],
  logs = LOGS,
}: Asked): Judgement {
  const text = formatCheckpoint(checkpoint);
  const request = { old: treeSize(old), proof, note: { text, signatures: sign(text) } };
  return judge(parseAddCheckpoint(formatAddCheckpoint(request)), logs, last);
}

const statusOf = (judgement: Judgement): number =>
  judgement.verdict === 'cosign' ? 200 : addCheckpointResponse(judgement).status;
const at = (size: number): Checkpoint => checkpointOf(ORIGIN, size);
const forged = (size: number): Checkpoint => ({ ...at(size), root: WRONG_ROOT });

describe('tlog-witness: what is cosigned', () => {
  it.each([
    ['the first checkpoint of a log', { old: 0, checkpoint: at(7) }],
    ['the empty tree', { old: 0, checkpoint: at(0) }],
    ['the empty tree again', { old: 0, checkpoint: at(0), last: headOf(0) }],
    ['what comes after the empty tree, without a proof', { old: 0, checkpoint: at(7), last: headOf(0) }],
    ['a larger tree, with its proof', { old: 7, proof: consistency(7, 20), checkpoint: at(20), last: headOf(7) }],
    ['a larger tree over a complete one', { old: 8, proof: consistency(8, 20), checkpoint: at(20), last: headOf(8) }],
    ['the same tree again, without a proof', { old: 7, checkpoint: at(7), last: headOf(7) }],
    ['extension lines', { old: 0, checkpoint: { ...at(7), extensions: ['Log frozen'] } }],
    ['a checkpoint by the log’s other key', { old: 0, checkpoint: at(7), sign: (text) => [SECOND.sign(text)] }],
    ['one by both keys', { old: 0, checkpoint: at(7), sign: (text) => [SECOND.sign(text), LOG.sign(text)] }],
    [
      'one that strangers have signed too',
      { old: 0, checkpoint: at(7), sign: (text) => [STRANGER.sign(text), LOG.sign(text)] },
    ],
  ] as const satisfies readonly (readonly [string, Asked])[])('%s', (_what, asked: Asked) => {
    const { size, root } = asked.checkpoint;
    expect(verdict(asked)).toMatchObject({ verdict: 'cosign', head: { size, root } });
  });

  it('and of what stands below the text, only what keys of the log have signed', () => {
    const text = formatCheckpoint(at(7));
    const pretended = { ...WITNESS.cosign(text, 1), signature: new Uint8Array(72) };
    const sign = () => [STRANGER.sign(text), pretended, SECOND.sign(text), LOG.sign(text)];
    expect(verdict({ old: 0, checkpoint: at(7), sign })).toMatchObject({
      signatures: [SECOND.sign(text), LOG.sign(text)],
    });
  });

  it('every pair of sizes to 40, and none with a proof that is not theirs', () => {
    const wrong: string[] = [];
    for (let old = 1; old <= 40; old += 1) {
      for (let size = old; size <= 40; size += 1) {
        const proof = consistency(old, size);
        const asked = { old, proof, checkpoint: at(size), last: headOf(old), sign: () => [LINE], logs: TRUSTING_LOGS };
        if (statusOf(verdict(asked)) !== 200) wrong.push(`${old} to ${size}`);
        if (statusOf(verdict({ ...asked, proof: [...proof, WRONG_ROOT] })) !== 422)
          wrong.push(`${old} to ${size}, a hash more`);
        const others = [...proof.slice(1), ...(size > old ? [] : [WRONG_ROOT])];
        if (statusOf(verdict({ ...asked, proof: others })) !== 422) wrong.push(`${old} to ${size}, a hash less`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('tlog-witness: what is refused', () => {
  const bad = (text: string): NoteSignature => ({ ...LOG.sign(text), signature: SECOND.sign(text).signature });
  const refused: readonly (readonly [string, number, Asked])[] = [
    [
      'an origin that is unknown',
      404,
      { old: 0, checkpoint: checkpointOf('stranger.example.test', 7), sign: (text) => [STRANGER.sign(text)] },
    ],
    ['a known log’s key under another origin', 404, { old: 0, checkpoint: checkpointOf('log.example.tset', 7) }],
    ['no signature of the log', 403, { old: 0, checkpoint: at(7), sign: (text) => [STRANGER.sign(text)] }],
    ['a bad signature of the log', 403, { old: 0, checkpoint: at(7), sign: (text) => [bad(text)] }],
    [
      'a bad signature beside a good one of its other key',
      403,
      { old: 0, checkpoint: at(7), sign: (text) => [SECOND.sign(text), bad(text)] },
    ],
    [
      'a bad line behind a good one of the same key',
      403,
      { old: 0, checkpoint: at(7), sign: (text) => [LOG.sign(text), bad(text)] },
    ],
    [
      'a bad line before a good one of the same key',
      403,
      { old: 0, checkpoint: at(7), sign: (text) => [bad(text), LOG.sign(text)] },
    ],
    ['a signature over another text', 403, { old: 0, checkpoint: at(7), sign: () => [LOG.sign('a\n')] }],
    ['an origin for which no key is trusted', 403, { old: 0, checkpoint: at(7), logs: new Map([[ORIGIN, []]]) }],
    ['an old size above that of the checkpoint', 400, { old: 8, checkpoint: at(7), last: headOf(8) }],
    ['an old size of which nothing is known', 409, { old: 7, proof: consistency(7, 20), checkpoint: at(20) }],
    ['an old size below the last', 409, { old: 7, proof: consistency(7, 20), checkpoint: at(20), last: headOf(8) }],
    ['an old size above the last', 409, { old: 9, proof: consistency(9, 20), checkpoint: at(20), last: headOf(8) }],
    ['no old size, where there is one', 409, { old: 0, checkpoint: at(20), last: headOf(8) }],
    ['an empty tree whose root is not the hash of nothing', 422, { old: 0, checkpoint: forged(0) }],
    ['the same, after the empty tree', 422, { old: 0, checkpoint: forged(0), last: headOf(0) }],
    ['a proof from nothing', 422, { old: 0, proof: [WRONG_ROOT], checkpoint: at(7) }],
    ['a proof from nothing to nothing', 422, { old: 0, proof: [WRONG_ROOT], checkpoint: at(0) }],
    ['a proof from the empty tree', 422, { old: 0, proof: consistency(1, 7), checkpoint: at(7), last: headOf(0) }],
    ['another root for the same size', 422, { old: 7, checkpoint: forged(7), last: headOf(7) }],
    ['the same root with a proof', 422, { old: 7, proof: [WRONG_ROOT], checkpoint: at(7), last: headOf(7) }],
    ['another root with a proof', 422, { old: 7, proof: [WRONG_ROOT], checkpoint: forged(7), last: headOf(7) }],
    ['no proof', 422, { old: 7, checkpoint: at(20), last: headOf(7) }],
    ['a proof from another size', 422, { old: 7, proof: consistency(6, 20), checkpoint: at(20), last: headOf(7) }],
    ['a proof to another root', 422, { old: 7, proof: consistency(7, 20), checkpoint: forged(20), last: headOf(7) }],
    [
      'a proof from another root',
      422,
      { old: 7, proof: consistency(7, 20), checkpoint: at(20), last: { ...headOf(7), root: WRONG_ROOT } },
    ],
  ];
  it.each(refused)('%s: %d', (_what, status, asked) => {
    expect(statusOf(verdict(asked))).toBe(status);
  });

  it('a conflict says the size that was cosigned last, 0 if none was', () => {
    const asked = { old: 7, proof: consistency(7, 20), checkpoint: at(20) };
    for (const last of [undefined, headOf(0)])
      expect(verdict({ ...asked, ...(last && { last }) })).toEqual({ verdict: 'conflict', size: 0 });
    expect(verdict({ ...asked, last: headOf(12) })).toEqual({ verdict: 'conflict', size: 12 });
  });
});

describe('tlog-witness: the order of the checks', () => {
  /** Each request has the fault of its line and all those below: the first one decides. */
  const stranger = checkpointOf('stranger.example.test', 7);
  const nobody = (text: string): readonly NoteSignature[] => [STRANGER.sign(text)];
  it.each([
    [
      'the origin',
      404,
      {
        old: 9,
        proof: [WRONG_ROOT],
        checkpoint: { ...stranger, root: WRONG_ROOT },
        last: headOf(8),
        sign: (text) => [LOG.sign(text)],
      },
    ],
    ['the signature', 403, { old: 9, proof: [WRONG_ROOT], checkpoint: forged(7), last: headOf(8), sign: nobody }],
    ['an old size that is too large', 400, { old: 9, proof: [WRONG_ROOT], checkpoint: forged(7), last: headOf(8) }],
    ['an old size that is not the last', 409, { old: 6, proof: [WRONG_ROOT], checkpoint: forged(7), last: headOf(8) }],
    [
      'an old size that is not the last, even for an empty tree',
      409,
      { old: 0, proof: [WRONG_ROOT], checkpoint: forged(0), last: headOf(8) },
    ],
    ['the tree', 422, { old: 7, proof: [WRONG_ROOT], checkpoint: forged(7), last: headOf(7) }],
  ] as const satisfies readonly (readonly [string, number, Asked])[])('%s: %d', (_what, status, asked: Asked) => {
    expect(statusOf(verdict(asked))).toBe(status);
  });
  it('a smaller checkpoint than the last is a conflict, or too small for what it says', () => {
    expect(statusOf(verdict({ old: 8, checkpoint: at(7), last: headOf(8) }))).toBe(400);
    expect(statusOf(verdict({ old: 7, checkpoint: at(7), last: headOf(8) }))).toBe(409);
  });
});

describe('tlog-witness: two views of one log', () => {
  it('a witness that follows one never cosigns the other', () => {
    const other: TreeHead = { size: treeSize(20), root: WRONG_ROOT };
    const last = headOf(7);
    expect(
      statusOf(verdict({ old: 7, proof: consistency(7, 20), checkpoint: { origin: ORIGIN, ...other }, last })),
    ).toBe(422);
    const honest = verdict({ old: 7, proof: consistency(7, 20), checkpoint: at(20), last });
    const next = honest.verdict === 'cosign' ? honest.head : last;
    expect([next.size, toBase64(next.root)]).toEqual([20, toBase64(headOf(20).root)]);
    expect(statusOf(verdict({ old: 20, checkpoint: { origin: ORIGIN, ...other }, last: next }))).toBe(422);
    expect(statusOf(verdict({ old: 20, checkpoint: at(20), last: next }))).toBe(200);
  });
});

describe('tlog-witness: a log and its witness, over the wire', () => {
  /** Keeps what it cosigned last, as a witness must, and nothing else. */
  class Witness {
    #last: TreeHead | undefined;

    answer(body: string, time: number): { readonly status: number; readonly body: string } {
      const request = parseAddCheckpoint(body);
      const judgement = judge(request, LOGS, this.#last);
      if (judgement.verdict !== 'cosign') {
        const { status, body: answer } = addCheckpointResponse(judgement);
        return { status, body: answer.text };
      }
      this.#last = judgement.head;
      return { status: 200, body: formatSignatures([WITNESS.cosign(request.note.text, time)]) };
    }
  }

  it('the log learns the size it has to prove from, and gets a note that verifies', () => {
    const witness = new Witness();
    const ask = (old: number, size: number): { readonly status: number; readonly body: string } => {
      const text = formatCheckpoint(at(size));
      const proof = old === 0 ? [] : consistency(old, size);
      const note = { text, signatures: [LOG.sign(text)] };
      return witness.answer(formatAddCheckpoint({ old: treeSize(old), proof, note }), COSIGNED_AT + size);
    };
    expect(ask(0, 5).status).toBe(200);
    const conflict = ask(0, 20);
    expect(conflict.status).toBe(409);
    const { status, body } = ask(parseSize(conflict.body), 20);
    expect(status).toBe(200);
    const text = formatCheckpoint(at(20));
    const asked = [{ verifier: WITNESS.verifier, last: COSIGNED_AT + 5 }];
    const { accepted } = readCosignatures(body, text, asked, {
      now: COSIGNED_AT + 20,
      since: COSIGNED_AT,
      tolerance: 0,
    });
    const note = { text, signatures: [LOG.sign(text), ...accepted.map(({ signature }) => signature)] };
    expect(verifyNote(parseNote(formatNote(note)), [LOG.verifier, WITNESS.verifier]).verified.length).toBe(2);
  });
});

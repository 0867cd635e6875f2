import { equalBytes, utf8 } from '../base/bytes.ts';
import { cosignatureMessage, formatCosignature } from '../checkpoint/cosignature.ts';
import { keyId, type VerifierKey } from '../checkpoint/key.ts';
import { formatNote, formatSignatures, type NoteSignature, parseNote, type SignedNote } from '../checkpoint/note.ts';
import type { Signer } from '../checkpoint/signer.ts';
import type { KnownLogs } from '../checkpoint/verify.ts';
import { judge, type Refusal, type Conflict } from '../checkpoint/witness/judge.ts';
import { parseAddCheckpoint, type ReadAddCheckpoint } from '../checkpoint/witness/request.ts';
import { NoRoom, UnreadablePage } from '../storage/failures.ts';
import type { WitnessedHead, WitnessState } from '../storage/witness-state.ts';
import { NotWitnessing } from './failures.ts';

/** Where cosigned heads are written down a second time, away from the state: what comes back smaller has been rolled back. */
export interface WitnessJournal {
  /** Durable once resolved. */
  append(head: WitnessedHead): Promise<void>;
}

export interface OwnWitnessParts {
  /** Type 0x04, under the witness's name. */
  readonly key: VerifierKey;
  readonly signer: Signer;
  readonly logs: KnownLogs;
  readonly state: Pick<WitnessState, 'witness'>;
  readonly journal: WitnessJournal;
  /** Seconds since the Unix epoch. */
  readonly now: () => number;
  /** Why nothing is signed now; undefined while it is. */
  readonly refusal: () => string | undefined;
  /** Called when the outcome of a write is unknown. The process must end. */
  readonly fatal: (reason: unknown) => void;
}

/** The answer to a request. */
export type WitnessAnswer = { readonly verdict: 'cosigned'; readonly signatures: string } | Refusal | Conflict;

/** A cosignature that is younger is given again as it was. */
const RECENT_SECONDS = 60;

/** Our own witness for other logs: c2sp.org/tlog-witness. One request after another, so that no two heads race. */
export class OwnWitness {
  readonly key: VerifierKey;
  readonly #parts: OwnWitnessParts;
  readonly #last = new Map<string, WitnessedHead>();
  #signed = 0;
  #turn: Promise<unknown> = Promise.resolve();
  /** A head that the state has, and for which the journal had no room. */
  #unjournalled: WitnessedHead | undefined;

  /** @param last - all that was cosigned before */
  constructor(parts: OwnWitnessParts, last: readonly WitnessedHead[]) {
    this.key = parts.key;
    this.#parts = parts;
    for (const head of last) this.#last.set(head.origin, head);
  }

  /** Cosignatures that it has made since it was started. */
  get signed(): number {
    return this.#signed;
  }

  /** The newest head of each log. */
  witnessed(): readonly WitnessedHead[] {
    return [...this.#last.values()];
  }

  /** @throws MalformedRequest, NotWitnessing */
  async addCheckpoint(body: Uint8Array): Promise<WitnessAnswer> {
    const refusal = this.#parts.refusal();
    if (refusal !== undefined) throw new NotWitnessing(refusal);
    const request = parseAddCheckpoint(body);
    const answer = this.#turn.then(() => this.#answer(request));
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  async #answer(request: ReadAddCheckpoint): Promise<WitnessAnswer> {
    await this.#journal();
    const { logs } = this.#parts;
    const { origin } = request.checkpoint;
    const last = this.#last.get(origin);
    const judgement = judge(request, logs, last);
    if (judgement.verdict !== 'cosign') return judgement;
    const given = last && this.#givenLately(request, last);
    if (given !== undefined) return { verdict: 'cosigned', signatures: formatSignatures([given]) };
    const line = await this.#sign(request, last);
    const note = formatNote({ text: request.note.text, signatures: [...judgement.signatures, line.signature] });
    await this.#keep({ ...judgement.head, origin, at: line.at, note }, last);
    return { verdict: 'cosigned', signatures: formatSignatures([line.signature]) };
  }

  /**
   * The cosignature of this very checkpoint, if it is not old. A checkpoint is public, so anybody can send it again, and each
   * new time costs a durable write; the log that wants a recent time for a head that stands still asks less often.
   */
  #givenLately({ note: { text } }: ReadAddCheckpoint, { at, note }: WitnessedHead): NoteSignature | undefined {
    const { key, now } = this.#parts;
    if (now() - at >= RECENT_SECONDS) return undefined;
    const kept: SignedNote = parseNote(note);
    const id = keyId(key);
    const own = kept.signatures.findLast((line) => line.name === key.name && equalBytes(line.keyId, id));
    return kept.text === text ? own : undefined;
  }

  /** Made before the state is written, because it is part of it; given away after. Time never goes back. */
  async #sign(
    { note }: ReadAddCheckpoint,
    last: WitnessedHead | undefined,
  ): Promise<{ readonly at: number; readonly signature: NoteSignature }> {
    const { key, signer, now } = this.#parts;
    const at = Math.max(1, now(), last?.at ?? 0);
    const [signature] = await signer.sign([cosignatureMessage(utf8(note.text), at)]);
    if (signature === undefined) throw new Error('the signer signed nothing');
    this.#signed += 1;
    return {
      at,
      signature: { name: key.name, keyId: keyId(key), signature: formatCosignature({ time: at, signature }) },
    };
  }

  async #keep(head: WitnessedHead, last: WitnessedHead | undefined): Promise<void> {
    const { state } = this.#parts;
    await this.#write(() => state.witness(head, last?.size));
    this.#unjournalled = head;
    await this.#journal();
  }

  /** Nothing is given away, and nothing more is signed, before what the state has is in the journal too. */
  async #journal(): Promise<void> {
    const head = this.#unjournalled;
    if (head === undefined) return;
    await this.#write(() => this.#parts.journal.append(head));
    this.#last.set(head.origin, head);
    this.#unjournalled = undefined;
  }

  /** @throws NotWitnessing where there is no room, and so nothing was written */
  async #write(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (reason) {
      if (reason instanceof NoRoom) throw new NotWitnessing('the disk is full');
      if (reason instanceof UnreadablePage) throw new NotWitnessing('stored data cannot be read');
      this.#parts.fatal(reason);
      throw reason;
    }
  }
}

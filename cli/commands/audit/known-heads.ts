import { parseNote } from '../../../checkpoint/note.ts';
import { parseCheckpoint } from '../../../checkpoint/checkpoint.ts';
import { openTrusted, type TrustedHead, type TrustedKey } from '../../../client/trusted-keys.ts';
import { ecdsa } from '../../log/ecdsa.ts';
import { type AuditState, AuditStateFile, type SeenHead } from '../../state/audit-state.ts';

/** A head that an earlier run has seen, and at which address. */
export interface KnownHead extends TrustedHead {
  readonly server: string;
}

/** The heads of one log that earlier runs have seen. Held for a whole run. */
export class KnownHeads implements Disposable {
  readonly #file: AuditStateFile;
  readonly #lock: Disposable;

  private constructor(file: AuditStateFile, lock: Disposable) {
    [this.#file, this.#lock] = [file, lock];
  }

  /** @throws StateRefused if another run has them */
  static async open(folder: string, origin: string): Promise<KnownHeads> {
    const file = new AuditStateFile(folder, origin);
    return new KnownHeads(file, await file.lock());
  }

  /**
   * Returns those that one of the keys has signed: a log that was made anew under its old name, with another key, is another
   * log. What other commands have seen is among them.
   *
   * @param others - seen by other commands
   */
  signedBy(keys: readonly TrustedKey[], others: readonly SeenHead[]): readonly KnownHead[] {
    return [...this.#file.read().heads, ...others].flatMap(({ note, server }) => {
      const opened = openTrusted(note, keys, ecdsa);
      return opened.holds ? { note, checkpoint: opened.checkpoint, server } : [];
    });
  }

  /** Adds a head that is consistent with all others. */
  add({ note, checkpoint: { size } }: TrustedHead, server: string): void {
    const { heads, full } = this.#file.read();
    const others = heads.filter((one) => sizeOf(one) !== size);
    const all = [...others, { note, server }].toSorted((a, b) => sizeOf(a) - sizeOf(b));
    this.#file.write({ heads: all, full });
  }

  /** Entries from 0 on that a full audit has checked, of those that it reads from `source`. */
  checkedOf(source: string): number {
    return this.#file.read().full[source] ?? 0;
  }

  /** @param next - undefined once all are checked: the next full audit begins anew */
  setChecked(source: string, next: number | undefined): void {
    const { heads, full } = this.#file.read();
    const others: AuditState['full'] = Object.fromEntries(Object.entries(full).filter(([name]) => name !== source));
    this.#file.write({ heads, full: next === undefined ? others : { ...others, [source]: next } });
  }

  [Symbol.dispose](): void {
    this.#lock[Symbol.dispose]();
  }
}

function sizeOf({ note }: SeenHead): number {
  return parseCheckpoint(parseNote(note).text).size;
}

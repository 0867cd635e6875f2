import { equalBytes } from '../../base/bytes.ts';
import { NotPublished, NotWritable, Overloaded } from '../../log/failures.ts';
import type { ForwardedEntry, Placing } from '../../log/forwarder.ts';
import type { Log } from '../../log/types.ts';
import type { Member } from './member.ts';
import { packAnswer, packRequest, readAnswer, readRequest } from './place-protocol.ts';

/** The other machines of a shared log. */
export interface Peers {
  /** Where they reach this one. */
  readonly address: string;
  /** Sends a message to the machine at an address. Rejects where none answers in time. */
  readonly ask: (address: string, message: Uint8Array, ended: AbortSignal) => Promise<Uint8Array>;
}

interface DeskParts {
  readonly secret: Uint8Array;
  readonly member: Pick<Member, 'leadership' | 'writer'>;
  readonly log: Pick<Log, 'add' | 'addAnew'>;
  readonly peers: Peers;
}

/** Passes entries on between machines: to the one that leads, and, where this one does, from the others to the log. */
export class PlaceDesk {
  readonly #parts: DeskParts;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** @throws Error where no machine leads, or that one does not answer as it should */
  async send(entries: readonly ForwardedEntry[]): Promise<readonly Placing[]> {
    const { secret, member, peers } = this.#parts;
    const { leadership, writer } = member;
    if (leadership === undefined || writer !== undefined) throw new Error('no other machine leads the shared log');
    const { bytes, seal } = packRequest(secret, { term: leadership.term, entries });
    const placings = readAnswer(secret, seal, await peers.ask(leadership.address, bytes, leadership.ended));
    if (placings === undefined) throw new Error(`the machine at ${leadership.address} does not lead any more`);
    return placings;
  }

  /** Answers another machine. Undefined for a message that no machine of the log has sealed. @throws Error for one that is none */
  async answer(message: Uint8Array): Promise<Uint8Array | undefined> {
    const { secret, member } = this.#parts;
    const request = readRequest(secret, message);
    if (request === undefined) return undefined;
    const { leadership, writer } = member;
    const leads = writer !== undefined && leadership !== undefined && equalBytes(leadership.term, request.term);
    const placings = leads ? await Promise.all(request.entries.map((entry) => this.#place(entry))) : undefined;
    return packAnswer(secret, request.seal, placings);
  }

  async #place({ entry, isAnew }: ForwardedEntry): Promise<Placing> {
    const { log } = this.#parts;
    try {
      const added = isAnew ? { entry: await log.addAnew(entry), duplicate: false } : await log.add(entry);
      return { is: 'placed', index: added.entry.index, isDuplicate: added.duplicate };
    } catch (error) {
      if (error instanceof NotWritable || error instanceof Overloaded || error instanceof NotPublished)
        return { is: 'refused', isOverload: error instanceof Overloaded, reason: error.message };
      throw error;
    }
  }
}

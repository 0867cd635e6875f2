import { TwoQueueMap } from '../../base/two-queue-map.ts';
import type { MadeBytes } from './answer.ts';

const LONGEST_BYTES = 256 * 1024;
/** At most 33 MiB. The last few are for readers who keep pace with each other. */
const CAPACITY = { recent: 4, frequent: 128, left: 1024 };

/** Bodies that are costly to make and asked for again and again, such as bundles: to read and inflate one takes twenty times as long as to send it. */
export class KeptBytes {
  readonly #bytes = new TwoQueueMap<string, Uint8Array>(CAPACITY);

  /** @param tag - names these very bytes */
  get(tag: string): Uint8Array | undefined {
    return this.#bytes.get(tag);
  }

  /** The same content, kept once it is made, unless it is long. */
  keeping(tag: string, content: MadeBytes): MadeBytes {
    if (content.length > LONGEST_BYTES) return content;
    return {
      length: content.length,
      make: () => {
        const made = content.make();
        if (made instanceof Uint8Array) this.#bytes.set(tag, made);
        return made;
      },
    };
  }
}

import { parseBase64, toBase64 } from '../../base/bytes.ts';
import { type LogIndex, type Proof, logIndex } from '../../merkle/types.ts';
import { MalformedNote } from '../failures.ts';
import { NOTE_LIMIT, type SignedNote, formatNote, parseNote } from '../note.ts';
import { type WireText, readDecimal, readHashes, readPart, readText } from '../text.ts';
import { MalformedProof } from './failures.ts';

/** A proof that an entry is in a log, for verifiers without a connection to it: c2sp.org/tlog-proof, "Format". */
export interface TlogProof {
  readonly index: LogIndex;
  /** From the leaf's sibling upward; 63 hashes at most. */
  readonly hashes: Proof;
  /** The checkpoint, with all its signatures. */
  readonly note: SignedNote;
  /** Extra data of the application. It is not signed. */
  readonly extra?: Uint8Array;
}

/** Bytes that a proof may have unless a caller says otherwise. */
export const TLOG_PROOF_LIMIT = 2 * NOTE_LIMIT;

const HEADER = 'c2sp.org/tlog-proof@v1';

/** The content of a `.tlog-proof` file. @throws RangeError for a note that could not be read back */
export function formatTlogProof({ index, hashes, note, extra }: TlogProof): string {
  const lines = [
    HEADER,
    ...(extra === undefined ? [] : [`extra ${toBase64(extra)}`]),
    `index ${index}`,
    ...hashes.map(toBase64),
  ];
  return `${lines.join('\n')}\n\n${formatNote(note)}`;
}

/**
 * @param limit - bytes
 * @throws MalformedProof
 */
export function parseTlogProof(file: WireText, limit: number = TLOG_PROOF_LIMIT): TlogProof {
  const text = readText(file, limit, MalformedProof);
  const gap = text.indexOf('\n\n');
  if (gap < 0) throw new MalformedProof('no empty line above the checkpoint');
  const [header, ...lines] = text.slice(0, gap).split('\n');
  if (header !== HEADER) throw new MalformedProof(`the first line is not ${HEADER}`);
  const extra = lines[0]?.startsWith('extra ') === true ? readExtra(lines.shift() as string) : undefined;
  const [index = '', ...hashes] = lines;
  if (!index.startsWith('index ')) throw new MalformedProof('no line says the index');
  return {
    index: logIndex(readDecimal(index.slice(6), 'index', MalformedProof)),
    hashes: readHashes(hashes, MalformedProof),
    note: readPart(() => parseNote(text.slice(gap + 2), limit), MalformedNote, MalformedProof),
    ...(extra !== undefined && { extra }),
  };
}

function readExtra(line: string): Uint8Array {
  const extra = parseBase64(line.slice(6));
  if (extra === undefined) throw new MalformedProof('the extra data are not base64');
  return extra;
}

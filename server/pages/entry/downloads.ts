import { formatTlogProof } from '../../../checkpoint/proof/tlog-proof.ts';
import { parseNote } from '../../../checkpoint/note.ts';
import type { ProvenEntry } from '../../../log/types.ts';
import type { Answer } from '../../http/answer.ts';
import { notFound } from '../not-found.ts';
import type { Page, PageParts } from '../page.ts';
import { viewBody } from './body.ts';
import { bundleOf } from './bundle.ts';
import { findEntry } from './find.ts';

interface Download {
  readonly name: string;
  readonly type: string;
  /** Undefined for an entry of which there is no such file. */
  readonly content: (entry: ProvenEntry) => string | Uint8Array | undefined;
}

/** Files of an entry that a visitor takes away. */
export function downloads(parts: PageParts): readonly Pick<Page, 'path' | 'answer'>[] {
  const files: readonly Download[] = [
    {
      name: 'bundle.sigstore.json',
      type: 'application/json',
      content: (entry) => {
        const bundle = bundleOf(entry, viewBody(entry.body), parts.offer.apis);
        return bundle && `${JSON.stringify(bundle, undefined, 2)}\n`;
      },
    },
    { name: 'entry.tlog-proof', type: 'text/plain; charset=utf-8', content: proofFile },
    { name: 'body.json', type: 'application/octet-stream', content: ({ body }) => body },
  ];
  return files.map(({ name, type, content }) => ({
    path: `/entry/{id}/${name}`,
    answer: async (asked): Promise<Answer> => {
      const entry = await findEntry(asked.params['id'] ?? '', asked, parts);
      const text = entry && content(entry);
      if (entry === undefined || text === undefined) return notFound(asked, `There is no ${name} of this entry.`);
      const saved = `entry-${entry.virtualIndex}-${name}`.replace('-entry.', '.').replace('-bundle.', '.');
      const headers = { 'Cache-Control': 'no-cache', 'Content-Disposition': `attachment; filename="${saved}"` };
      return { status: 200, headers, body: { type, text } };
    },
  }));
}

/** c2sp.org/tlog-proof. Undefined under a head of a time in which the log had no key of C2SP. */
function proofFile({ index, proof, head }: ProvenEntry): string | undefined {
  return head.checkpoint === undefined
    ? undefined
    : formatTlogProof({ index, hashes: proof, note: parseNote(head.checkpoint) });
}

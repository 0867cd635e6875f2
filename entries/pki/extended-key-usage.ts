import { DerReader, TAG } from './der.ts';
import type { Extension } from './extensions.ts';

/** Purposes that a certificate may be for: RFC 5280 §4.2.1.12. */
export const PURPOSE = {
  clientAuthentication: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  timeStamping: '1.3.6.1.5.5.7.3.8',
} as const;

const EXTENDED_KEY_USAGE = '2.5.29.37';
const ANY_PURPOSE = '2.5.29.37.0';

/** The purposes that a certificate names, and whether all have to heed them; undefined where it names none. */
export function purposesOf(
  extensions: readonly Extension[],
): { readonly ids: readonly string[]; readonly isCritical: boolean } | undefined {
  const extension = extensions.find(({ id }) => id === EXTENDED_KEY_USAGE);
  if (extension === undefined) return undefined;
  const list = new DerReader(extension.value).enter(TAG.sequence);
  const ids: string[] = [];
  while (list !== undefined && !list.isEmpty) {
    const id = list.objectIdentifier();
    if (id === undefined) break; // what readCertificate has let through does not come here
    ids.push(id);
  }
  return { ids, isCritical: extension.isCritical };
}

/** Whether a certificate, or those that an authority issues, may serve a purpose: where it names purposes, it has to be one of them. */
export function mayServe(extensions: readonly Extension[], purpose: string): boolean {
  const purposes = purposesOf(extensions);
  return purposes === undefined || purposes.ids.includes(purpose) || purposes.ids.includes(ANY_PURPOSE);
}

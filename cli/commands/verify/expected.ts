import type { EntryReference } from '../../../client/http/log-client.ts';
import type { Run } from '../../frame/command.ts';
import { CheckFailed, UsageFault } from '../../frame/exit-codes.ts';
import { parseReference } from '../../log/reference.ts';
import type { verify } from './about.ts';
import type { Verified } from './verified.ts';

type Asked = Pick<Run<typeof verify.options>, 'words' | 'options'>;

/**
 * Refuses options of which one would be left out: a verification that holds has to be one of all that was said.
 *
 * @throws UsageFault
 */
export function requireUsed({ words: [file], options }: Asked): void {
  const { digest, signature, bundle, proof } = options;
  if (file !== undefined && digest !== undefined) throw new UsageFault('give FILE or --digest, and not both');
  if (signature !== undefined && bundle !== undefined)
    throw new UsageFault('give --signature or --bundle, and not both');
  if ([file, digest, signature, bundle, proof].some((one) => one !== undefined)) return;
  const unused = OF_SIGNERS.find((name) => options[name] !== undefined);
  if (unused !== undefined)
    throw new UsageFault(
      `--${unused} says who has to have signed, and an entry alone is verified as it stands: give FILE with --signature, or --bundle`,
    );
}

/** Options that say whose a certificate has to be. */
export const HOLDER_OPTIONS = [
  'certificate-identity',
  'certificate-identity-regexp',
  'certificate-oidc-issuer',
  'certificate-oidc-issuer-regexp',
] as const;

const OF_SIGNERS = ['key', 'certificate', ...HOLDER_OPTIONS] as const;

/** The entry that --index or --uuid names. @throws UsageFault */
export function referenceOf({ index, uuid }: Asked['options']): EntryReference | undefined {
  if (index !== undefined && uuid !== undefined) throw new UsageFault('give --index or --uuid, and not both');
  if (index !== undefined) return { by: 'index', index };
  return uuid === undefined ? undefined : parseReference(uuid);
}

/** @throws CheckFailed for another entry than the one that --index or --uuid names */
export function requireReferenced({ place, at }: Verified, reference: EntryReference | undefined): void {
  if (reference === undefined) return;
  const isIt =
    reference.by === 'index'
      ? place.logIndex === reference.index
      : place.uuid === reference.id.slice(-place.uuid.length).toLowerCase();
  const asked = reference.by === 'index' ? `--index ${reference.index}` : `--uuid ${reference.id}`;
  if (!isIt) throw new CheckFailed(`the signature is that of ${at}, and not of ${asked}`);
}

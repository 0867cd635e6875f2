import type { TrustedCertificates } from '../../entries/facts/facts.ts';
import { storedFacts } from '../../entries/facts/stored-facts.ts';
import { readCertificate } from '../../entries/pki/certificate.ts';
import { policyPrincipal, type Principal } from './principal.ts';

/** Says whether a principal whose reads have conditions may read an entry. @param body - canonical */
export type EntryReads = (principal: Principal, body: Uint8Array) => boolean;

/** @param certificates - that `certificate.trusted` goes by: DER */
export function entryReads(certificates: {
  readonly roots: readonly Uint8Array[];
  readonly intermediates: readonly Uint8Array[];
}): EntryReads {
  const read = (list: readonly Uint8Array[]) => list.map((der) => readCertificate(der, 'go1.25'));
  const trusted: TrustedCertificates = {
    roots: read(certificates.roots),
    intermediates: read(certificates.intermediates),
  };
  return (principal, body) => {
    const { readsIf } = principal;
    if (readsIf === undefined) return principal.rights.has('read');
    const facts = storedFacts(body, trusted);
    if (facts === undefined) return false;
    const variables = { ...facts, principal: policyPrincipal(principal) };
    return readsIf.some((condition) => condition.ask(variables) === true);
  };
}

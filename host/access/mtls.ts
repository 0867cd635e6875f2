import { X509Certificate } from 'node:crypto';
import { type Certificate, readCertificate } from '../../entries/pki/certificate.ts';
import { authorityFault } from '../../entries/pki/client-certificate.ts';
import { InvalidKey } from '../../entries/pki/failures.ts';
import { CERTIFICATE_HEADERS, type CertificateHeader } from './certificate-headers.ts';
import type { YamlPlace } from './checked-yaml.ts';
import { readCertificates } from './pem-certificates.ts';
import { readRightsRules, type RightsRule } from './rights-rules.ts';

/** Client certificates that are taken, and which of them have which rights. */
export interface ClientCertificateRules {
  /** At least one, unless the file has a fault. */
  readonly authorities: readonly Certificate[];
  /** Where trusted proxies pass on the certificates of their clients; undefined where none does. */
  readonly header: CertificateHeader | undefined;
  readonly rules: readonly RightsRule[];
}

const MEMBERS = ['ca', 'header', 'rules'] as const;

/** Authorities that a file may name: each is tried for every chain. */
const MAX_AUTHORITIES = 32;

/** Reads the section `mtls` of the access file. @param folder - of that file */
export function readClientCertificateRules(place: YamlPlace, folder: string): ClientCertificateRules {
  const members = place.members(MEMBERS, ['ca', 'rules']);
  const authorities = (members.get('ca')?.items() ?? []).flatMap((item) => readAuthorities(item, folder));
  if (authorities.length > MAX_AUTHORITIES) place.refuse(`names more than ${MAX_AUTHORITIES} authorities`);
  if (members.has('ca') && authorities.length === 0) place.refuse('names no authority');
  return {
    authorities,
    header: members.get('header')?.choice(CERTIFICATE_HEADERS),
    rules: readRightsRules(members.get('rules'), 'certificate'),
  };
}

function readAuthorities(place: YamlPlace, folder: string): readonly Certificate[] {
  return readCertificates(place, folder).flatMap((der) => {
    try {
      const certificate = readCertificate(der, 'go1.25');
      const fault = authorityFault(certificate);
      if (fault === undefined) return [certificate];
      place.refuse(fault);
    } catch (error) {
      if (!(error instanceof InvalidKey)) throw error;
      place.refuse(`cannot be used: ${error.message}`);
    }
    return [];
  });
}

/** Returns the authorities as PEM, for what asks clients for certificates; undefined where none are asked for. */
export function authoritiesPem(rules: ClientCertificateRules | undefined): readonly string[] | undefined {
  return rules?.authorities.map(({ der }) => new X509Certificate(der).toString());
}

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { readYaml, type YamlPlace } from './checked-yaml.ts';
import { digestsOf, type FileDigests } from './file-digests.ts';
import { type Grants, readGrants } from './grants.ts';
import { type IssuerRules, readIssuers } from './issuers.ts';
import { type ClientCertificateRules, readClientCertificateRules } from './mtls.ts';
import { type Quotas, readQuotas } from './quota-rules.ts';
import { PUBLIC_RIGHTS } from './rights.ts';

/** Content of the access file: the rights of each way to come in. */
export interface AccessRules {
  /** Rights of a request without a credential. Those of every other principal are added to them. */
  readonly anonymous: Grants;
  /** Whether tokens are taken. */
  readonly tokens: boolean;
  /** Issuers whose OIDC tokens are taken. */
  readonly issuers: readonly IssuerRules[];
  /** Client certificates; undefined where none are asked for. */
  readonly mtls: ClientCertificateRules | undefined;
  readonly quotas: Quotas;
  /** Readers of the metrics; undefined for anyone on this machine, and else those with the right `admin`. */
  readonly metrics: 'admin' | 'anyone' | undefined;
  /** Of the file, and of the certificates in those that it names. */
  readonly digests: FileDigests;
}

const MEMBERS = ['anonymous', 'tokens', 'issuers', 'mtls', 'quotas', 'metrics'] as const;

/** Reads the access file. @throws FileRefused with all that is wrong in it, or the system's error for a file that cannot be read */
export function readAccessFile(file: string): AccessRules {
  const text = readFileSync(file, 'utf8');
  const rules = readYaml(text, file, (root) => accessRules(root, dirname(resolve(file))));
  return {
    ...rules,
    digests: digestsOf(
      text,
      rules.mtls?.authorities.map(({ der }) => der),
    ),
  };
}

function accessRules(root: YamlPlace, folder: string): Omit<AccessRules, 'digests'> {
  const members = root.members(MEMBERS);
  // One that is being written may be empty for a moment, and everyone would have all rights.
  if (members.size === 0)
    root.refuse('is empty, and has to say something: write "anonymous: []" with the rights of everyone');
  const [anonymous, issuers, mtls] = [members.get('anonymous'), members.get('issuers'), members.get('mtls')];
  return {
    anonymous: anonymous === undefined ? { rights: PUBLIC_RIGHTS, readsIf: [] } : readAnonymous(anonymous),
    tokens: members.get('tokens')?.flag() ?? false,
    issuers: issuers === undefined ? [] : readIssuers(issuers),
    mtls: mtls && readClientCertificateRules(mtls, folder),
    quotas: readQuotas(members.get('quotas')),
    metrics: members.get('metrics')?.choice(['admin', 'anyone']),
  };
}

function readAnonymous(place: YamlPlace): Grants {
  const grants = readGrants(place);
  if (grants.rights.has('admin')) place.refuse('cannot have admin: then everyone could give rights to everyone');
  return grants;
}

import type { YamlPlace } from './checked-yaml.ts';
import { readRightsRules, type RightsRule } from './rights-rules.ts';

/** An issuer of OIDC tokens, and which of its tokens have which rights. */
export interface IssuerRules {
  /** URL, as it stands in `iss`. */
  readonly issuer: string;
  /** A token has to be for one of these. */
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
  readonly rules: readonly RightsRule[];
}

/** Algorithms with a public key (RFC 7518 §3.1, RFC 8037): one that is verified with a secret has no place here. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;
const DEFAULT_ALGORITHMS: readonly string[] = ['RS256', 'ES256'];

const MEMBERS = ['issuer', 'audience', 'algorithms', 'rules'] as const;

/** Reads the section `issuers` of the access file. */
export function readIssuers(section: YamlPlace): readonly IssuerRules[] {
  const found: IssuerRules[] = [];
  for (const place of section.items()) {
    const rules = readIssuer(place);
    if (found.some(({ issuer }) => issuer === rules.issuer)) place.refuse('names an issuer that was named before');
    found.push(rules);
  }
  return found;
}

function readIssuer(place: YamlPlace): IssuerRules {
  const members = place.members(MEMBERS, ['issuer', 'audience', 'rules']);
  const algorithms = members.get('algorithms')?.items() ?? [];
  const named = algorithms.flatMap((item) => item.choice(ALGORITHMS) ?? []);
  return {
    issuer: readAddress(members.get('issuer')),
    audiences: members.get('audience')?.texts() ?? [],
    algorithms: members.has('algorithms') ? named : DEFAULT_ALGORITHMS,
    rules: readRightsRules(members.get('rules'), 'claims'),
  };
}

function readAddress(place: YamlPlace | undefined): string {
  const text = place?.text() ?? '';
  if (text !== '' && !isSafeAddress(text)) place?.refuse('has to be an https URL, or an http one on loopback');
  return text;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether an address can be asked for keys: nobody on the way can change what it answers. */
export function isSafeAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, hash, search } = new URL(text);
  if (username !== '' || hash !== '' || search !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
}

/** Whether an address, of which `isSafeAddress` holds, names this machine. */
export function isLoopback(address: string): boolean {
  return LOOPBACK.test(new URL(address).hostname);
}

import { compileCondition, type Condition } from './condition.ts';
import { readRights, type Right } from './rights.ts';
import type { YamlPlace } from './checked-yaml.ts';

/** An issuer of OIDC tokens, and which of its tokens have which rights. */
export interface IssuerRules {
  /** URL, as it stands in `iss`. */
  readonly issuer: string;
  /** A token has to be for one of these. */
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
  readonly rules: readonly RightsRule[];
}

/** Rights of every principal of which a condition holds. */
export interface RightsRule {
  readonly when: Condition;
  readonly rights: ReadonlySet<Right>;
}

/** Algorithms with a public key (RFC 7518 §3.1, RFC 8037): one that is verified with a secret has no place here. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;
const DEFAULT_ALGORITHMS: readonly string[] = ['RS256', 'ES256'];

const MEMBERS = ['issuer', 'audience', 'algorithms', 'rules'] as const;
const RULE_MEMBERS = ['when', 'rights'] as const;

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
    rules: (members.get('rules')?.items() ?? []).flatMap(readRule),
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

/** Reads a rule: a condition over `claims`, and the rights that it gives. */
function readRule(place: YamlPlace): readonly RightsRule[] {
  const members = place.members(RULE_MEMBERS, RULE_MEMBERS);
  const [text, list] = [members.get('when'), members.get('rights')];
  const when = readCondition(text);
  const rights = list === undefined ? undefined : readRights(list);
  return when === undefined || rights === undefined ? [] : [{ when, rights }];
}

function readCondition(place: YamlPlace | undefined): Condition | undefined {
  const text = place?.text();
  if (text === undefined) return undefined;
  const condition = compileCondition(text, ['claims']);
  return typeof condition === 'string' ? place?.refuse(condition) : condition;
}

import { type Facts, NO_CERTIFICATE } from '../../entries/facts/facts.ts';
import { decide, type PolicyPrincipal, type PolicyQuestion, type PolicyRule } from './policy-rules.ts';
import type { YamlPlace } from './checked-yaml.ts';

/** A case that stands in a policy file: what is asked, and the answer that is expected. */
export interface PolicyCase {
  readonly name: string;
  readonly question: PolicyQuestion;
  readonly admits: boolean;
  /** The rule that should decide; undefined where the case does not say. */
  readonly rule: string | undefined;
}

const CASE_MEMBERS = ['name', 'entry', 'certificate', 'principal', 'expect', 'rule'] as const;

/** Facts of an entry where a case says nothing. */
const USUAL_FACTS: Facts = {
  entry: {
    kind: 'hashedrekord',
    version: '0.0.1',
    size: 1000,
    algorithm: 'ecdsa-sha2-256-nistp256',
    algorithms: ['ecdsa-sha2-256-nistp256'],
    identities: [],
    fingerprints: [],
    payloadType: '',
    predicateType: '',
  },
  certificate: NO_CERTIFICATE,
};
const USUAL_PRINCIPAL: PolicyPrincipal = {
  name: 'anonymous',
  rights: ['submit'],
  claims: {},
  certificate: {},
  identities: [],
};

/** Reads the section `cases` of a policy file. */
export function readCases(places: readonly YamlPlace[], rules: readonly PolicyRule[]): readonly PolicyCase[] {
  return places.map((place) => {
    const members = place.members(CASE_MEMBERS, ['name', 'expect']);
    const rule = members.get('rule')?.choice(rules.map(({ name }) => name));
    return {
      name: members.get('name')?.text() ?? '',
      question: {
        entry: withMembers(USUAL_FACTS.entry, members.get('entry')),
        certificate: withMembers(
          { ...USUAL_FACTS.certificate, exists: members.has('certificate') },
          members.get('certificate'),
        ),
        principal: withMembers(USUAL_PRINCIPAL, members.get('principal')),
      },
      admits: members.get('expect')?.choice(['admit', 'refuse']) === 'admit',
      rule,
    };
  });
}

/** Returns `usual` with the members that a place has: of the same types, and no others. */
function withMembers<T extends object>(usual: T, place: YamlPlace | undefined): T {
  if (place === undefined) return usual;
  const given = place.members(Object.keys(usual));
  const values = [...given].flatMap(([name, member]) => {
    const value = member.plain();
    const like: unknown = usual[name as keyof T];
    if (typeof value === typeof like && Array.isArray(value) === Array.isArray(like)) return [[name, value] as const];
    member.refuse(`has to be ${kindOf(like)}`);
    return [];
  });
  return { ...usual, ...Object.fromEntries(values) };
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return { string: 'a text', number: 'a number', boolean: 'true or false' }[typeof value as 'string'] ?? 'a mapping';
}

/** Returns a sentence for each case whose answer is another than the one that it expects. */
export function failedCases(policy: {
  readonly rules: readonly PolicyRule[];
  readonly admitsByDefault: boolean;
  readonly cases: readonly PolicyCase[];
}): readonly string[] {
  return policy.cases.flatMap(({ name, question, admits, rule }) => {
    const found = decide(policy, question);
    const by = found.rule === undefined ? 'by default' : `by ${JSON.stringify(found.rule)}`;
    if (found.admits !== admits) return [`${name}: is ${found.admits ? 'admitted' : 'refused'} ${by}`];
    return rule !== undefined && rule !== found.rule
      ? [`${name}: is decided ${by}, and not by ${JSON.stringify(rule)}`]
      : [];
  });
}

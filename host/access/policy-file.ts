import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { readYaml, type YamlPlace } from './checked-yaml.ts';
import { compileCondition } from './condition.ts';
import { digestsOf, type FileDigests } from './file-digests.ts';
import { readCertificates } from './pem-certificates.ts';
import { type PolicyCase, readCases } from './policy-cases.ts';
import { POLICY_VARIABLES, type PolicyRule } from './policy-rules.ts';

/** Content of a policy file: which entries are admitted. */
export interface AdmissionPolicy {
  readonly admitsByDefault: boolean;
  /** Whether entries that would be refused are admitted, and only noted. */
  readonly isDryRun: boolean;
  /** The first that holds decides. */
  readonly rules: readonly PolicyRule[];
  /** Certificates that are trusted, and others by which a chain may lead to them: DER. */
  readonly roots: readonly Uint8Array[];
  readonly intermediates: readonly Uint8Array[];
  readonly cases: readonly PolicyCase[];
  /** Of the file, and of the certificates in those that it names. */
  readonly digests: FileDigests;
}

const MEMBERS = ['default', 'mode', 'roots', 'intermediates', 'rules', 'cases'] as const;
const RULE_MEMBERS = ['name', 'admit', 'refuse'] as const;

/** Reads a policy file. @throws FileRefused with all that is wrong in it, or the system's error for a file that cannot be read */
export function readPolicyFile(file: string): AdmissionPolicy {
  const text = readFileSync(file, 'utf8');
  const policy = readYaml(text, file, (root) => policyIn(root, dirname(resolve(file))));
  return { ...policy, digests: digestsOf(text, [...policy.roots, ...policy.intermediates]) };
}

function policyIn(root: YamlPlace, folder: string): Omit<AdmissionPolicy, 'digests'> {
  const members = root.members(MEMBERS, ['default']);
  const rules = readRules(members.get('rules')?.items() ?? []);
  const certificates = (name: 'roots' | 'intermediates') =>
    (members.get(name)?.items() ?? []).flatMap((place) => readCertificates(place, folder));
  return {
    admitsByDefault: members.get('default')?.choice(['admit', 'refuse']) === 'admit',
    isDryRun: members.get('mode')?.choice(['enforce', 'dry-run']) === 'dry-run',
    rules,
    roots: certificates('roots'),
    intermediates: certificates('intermediates'),
    cases: readCases(members.get('cases')?.items() ?? [], rules),
  };
}

function readRules(places: readonly YamlPlace[]): readonly PolicyRule[] {
  const rules: PolicyRule[] = [];
  for (const place of places) {
    const members = place.members(RULE_MEMBERS, ['name']);
    const name = members.get('name')?.text();
    if (rules.some((rule) => rule.name === name)) place.refuse(`has the name of a rule before it, ${name}`);
    const decision = readDecision(place, members.get('admit'), members.get('refuse'));
    if (name !== undefined && decision !== undefined) rules.push({ name, ...decision });
  }
  return rules;
}

function readDecision(
  place: YamlPlace,
  admit: YamlPlace | undefined,
  refuse: YamlPlace | undefined,
): Omit<PolicyRule, 'name'> | undefined {
  const chosen = admit ?? refuse;
  if (chosen === undefined || (admit !== undefined && refuse !== undefined))
    return place.refuse('has to have one of admit and refuse, with a condition');
  const text = chosen.text();
  const when = text === undefined ? undefined : compileCondition(text, POLICY_VARIABLES);
  if (typeof when === 'string') return chosen.refuse(when);
  return when && { decides: chosen === admit ? 'admit' : 'refuse', when };
}

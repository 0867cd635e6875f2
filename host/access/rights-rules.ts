import type { YamlPlace } from './checked-yaml.ts';
import { compileCondition, type Condition } from './condition.ts';
import { type Grants, NO_GRANTS, readGrants, withGrants } from './grants.ts';

/** Rights of every principal of which a condition holds. */
export interface RightsRule {
  readonly when: Condition;
  readonly grants: Grants;
}

const MEMBERS = ['when', 'rights'] as const;

/** Reads a list of rules: each a condition over one variable, and the rights that it gives. */
export function readRightsRules(place: YamlPlace | undefined, variable: string): readonly RightsRule[] {
  return (place?.items() ?? []).flatMap((item) => readRule(item, variable));
}

/** Returns the rights of all rules that hold. */
export function grantsBy(rules: readonly RightsRule[], variables: Readonly<Record<string, unknown>>): Grants {
  return rules
    .filter(({ when }) => when.ask(variables) === true)
    .reduce((all, { grants }) => withGrants(all, grants), NO_GRANTS);
}

function readRule(place: YamlPlace, variable: string): readonly RightsRule[] {
  const members = place.members(MEMBERS, MEMBERS);
  const [text, list] = [members.get('when'), members.get('rights')];
  const when = text && readCondition(text, variable);
  const grants = list && readGrants(list);
  return when === undefined || grants === undefined ? [] : [{ when, grants }];
}

function readCondition(place: YamlPlace, variable: string): Condition | undefined {
  const text = place.text();
  if (text === undefined) return undefined;
  const condition = compileCondition(text, [variable]);
  return typeof condition === 'string' ? place.refuse(condition) : condition;
}

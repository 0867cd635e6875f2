import type { YamlPlace } from './checked-yaml.ts';
import { compileCondition, type Condition } from './condition.ts';
import { readRights, type Right } from './rights.ts';

/** Rights of every principal of which a condition holds. */
export interface RightsRule {
  readonly when: Condition;
  readonly rights: ReadonlySet<Right>;
}

const MEMBERS = ['when', 'rights'] as const;

/** Reads a list of rules: each a condition over one variable, and the rights that it gives. */
export function readRightsRules(place: YamlPlace | undefined, variable: string): readonly RightsRule[] {
  return (place?.items() ?? []).flatMap((item) => readRule(item, variable));
}

/** Returns the rights of all rules that hold. */
export function rightsBy(
  rules: readonly RightsRule[],
  variables: Readonly<Record<string, unknown>>,
): ReadonlySet<Right> {
  return new Set(rules.filter(({ when }) => when.ask(variables) === true).flatMap(({ rights }) => [...rights]));
}

function readRule(place: YamlPlace, variable: string): readonly RightsRule[] {
  const members = place.members(MEMBERS, MEMBERS);
  const [text, list] = [members.get('when'), members.get('rights')];
  const when = text && readCondition(text, variable);
  const rights = list && readRights(list);
  return when === undefined || rights === undefined ? [] : [{ when, rights }];
}

function readCondition(place: YamlPlace, variable: string): Condition | undefined {
  const text = place.text();
  if (text === undefined) return undefined;
  const condition = compileCondition(text, [variable]);
  return typeof condition === 'string' ? place.refuse(condition) : condition;
}

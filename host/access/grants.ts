import type { YamlPlace } from './checked-yaml.ts';
import { compileCondition, type Condition } from './condition.ts';
import { POLICY_VARIABLES } from './policy-rules.ts';
import { type Right, RIGHTS } from './rights.ts';

/** Rights that somebody is given. */
export interface Grants {
  readonly rights: ReadonlySet<Right>;
  /** Conditions under which entries may be read, beside `read` itself: one that holds of an entry is enough. */
  readonly readsIf: readonly Condition[];
}

export const NO_GRANTS: Grants = { rights: new Set(), readsIf: [] };

/** Returns the rights of both. */
export function withGrants(one: Grants, other: Grants): Grants {
  if (one === NO_GRANTS) return other;
  return { rights: new Set([...one.rights, ...other.rights]), readsIf: [...one.readsIf, ...other.readsIf] };
}

/** Reads a list of rights, perhaps an empty one. `read` may stand as `{read: CONDITION}`. */
export function readGrants(place: YamlPlace): Grants {
  const rights = new Set<Right>();
  const readsIf: Condition[] = [];
  for (const item of place.items()) {
    const when = item.isMapping ? readCondition(item) : undefined;
    const right = item.isMapping ? undefined : item.choice(RIGHTS);
    if (when !== undefined) readsIf.push(when);
    if (right !== undefined) rights.add(right);
  }
  return { rights, readsIf };
}

function readCondition(place: YamlPlace): Condition | undefined {
  const read = place.members(['read'], ['read']).get('read');
  const text = read?.text();
  if (text === undefined) return undefined;
  const condition = compileCondition(text, POLICY_VARIABLES);
  return typeof condition === 'string' ? read?.refuse(condition) : condition;
}

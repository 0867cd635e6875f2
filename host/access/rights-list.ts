import type { YamlPlace } from './checked-yaml.ts';
import { type Right, RIGHTS } from './rights.ts';

/** Reads a list of rights, perhaps an empty one. */
export function readRights(place: YamlPlace): ReadonlySet<Right> {
  return new Set(place.items().flatMap((item) => item.choice(RIGHTS) ?? []));
}

import { type JsonObject } from '../../base/json-reader.ts';
import { InvalidEntry } from '../failures.ts';
import { objectIn, textIn } from './members.ts';

/*
 * Complaints of Rekor's generated schema code about a spec, a line for each. Rekor repeats parts of the path in front
 * of the name; only what follows is kept here.
 */

export type Complaints = readonly string[];

export function required(path: string, value: unknown): Complaints {
  return value === undefined ? [`${path} in body is required`] : [];
}

export function oneOf(path: string, value: string | undefined, choices: readonly string[]): Complaints {
  if (value === undefined) return required(path, value);
  return choices.includes(value) ? [] : [`${path} in body should be one of [${choices.join(' ')}]`];
}

export function atLeastOne(path: string, list: readonly unknown[] | undefined): Complaints {
  if (list === undefined) return required(path, list);
  return list.length > 0 ? [] : [`${path} in body should have at least 1 items`];
}

/** @throws InvalidEntry with all complaints, if there are any */
export function refuseInvalid(complaints: Complaints): void {
  if (complaints.length > 0) throw new InvalidEntry(`validation failure list:\n${complaints.join('\n')}`);
}

/** A digest as entries name it: `value` is the text that was sent, of any length and in any case. */
export interface NamedDigest {
  readonly algorithm: string;
  readonly value: string;
}

/** The digest at `name`: undefined if it is absent or has complaints. */
export interface ReadDigest {
  readonly digest: NamedDigest | undefined;
  readonly complaints: Complaints;
}

export function readDigest(
  parent: JsonObject | undefined,
  name: string,
  path: string,
  algorithms: readonly string[],
): ReadDigest {
  const hash = objectIn(parent, name);
  if (hash === undefined) return { digest: undefined, complaints: [] };
  const algorithm = textIn(hash, 'algorithm');
  const value = textIn(hash, 'value');
  const complaints = [...oneOf(`${path}.algorithm`, algorithm, algorithms), ...required(`${path}.value`, value)];
  const digest = algorithm === undefined || value === undefined ? undefined : { algorithm, value };
  return { digest, complaints };
}

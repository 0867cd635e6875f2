import { foldCase } from '../../base/go-case.ts';
import { isObject } from '../../base/json-reader.ts';

/**
 * The Go type that Rekor decodes a JSON value into: a string, bool, time or anything, a slice of `each`, a map of
 * `values`, or a struct with `members`, whose names match in any case.
 */
export type Shape =
  | 'text'
  | 'flag'
  | 'time'
  | 'anything'
  | { readonly each: Shape }
  | { readonly values: Shape }
  | { readonly members: Readonly<Record<string, Shape>> };

/**
 * JSON pointer of the first value that Go would not decode into `shape`; undefined when all of it fits. JSON's null
 * fits everywhere, and members that the shape does not name may be anything.
 */
export function misfit(value: unknown, shape: Shape): string | undefined {
  if (value === null || value === undefined || shape === 'anything') return undefined;
  if (typeof shape === 'string') return fitsScalar(value, shape) ? undefined : '';
  if ('each' in shape) return Array.isArray(value) ? within(value.keys(), (i) => misfit(value[i], shape.each)) : '';
  if (!isObject(value)) return '';
  if ('values' in shape) return within(Object.keys(value), (name) => misfit(value[name], shape.values));
  return within(Object.keys(value), (name) => misfit(value[name], fieldOf(shape.members, name) ?? 'anything'));
}

/** The shape of the struct's field that a member of this name is decoded into; undefined if there is none. */
export function fieldOf(members: Members, name: string): Shape | undefined {
  const { byName, lengths } = foldedMembers(members);
  return lengths.has(name.length) ? byName.get(foldCase(name)) : undefined;
}

type Members = Extract<Shape, { readonly members: unknown }>['members'];

interface FoldedMembers {
  readonly byName: ReadonlyMap<string, Shape>;
  /** Of the names: a name of another length is none of them in any case. */
  readonly lengths: ReadonlySet<number>;
}

const folded = new WeakMap<Members, FoldedMembers>();

/** Made once for each shape. */
function foldedMembers(members: Members): FoldedMembers {
  const known = folded.get(members);
  if (known !== undefined) return known;
  const names = Object.keys(members);
  const made = {
    byName: new Map(Object.entries(members).map(([name, member]) => [foldCase(name), member])),
    lengths: new Set(names.map(({ length }) => length)),
  };
  folded.set(members, made);
  return made;
}

function within<Name extends string | number>(
  names: Iterable<Name>,
  fault: (name: Name) => string | undefined,
): string | undefined {
  for (const name of names) {
    const found = fault(name);
    if (found !== undefined) return `/${name}${found}`;
  }
  return undefined;
}

function fitsScalar(value: unknown, shape: 'text' | 'flag' | 'time'): boolean {
  if (shape === 'flag') return typeof value === 'boolean';
  return typeof value === 'string' && (shape === 'text' || isTime(value));
}

const TIME =
  /^(\d{4})-(\d\d)-(\d\d)T(?:\d|[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:[.,]\d+)?(?:Z|[+-](?:[01]\d|2[0-4]):(?:[0-5]\d|60))$/;

/**
 * RFC 3339 §5.6 as Go's `time.Time` takes it: with capital T and Z, without leap seconds, on a day that exists; but
 * an hour may be one digit, a fraction may follow a comma, and an offset may be 24 hours or 60 minutes.
 */
function isTime(text: string): boolean {
  const [, year, month, day] = (TIME.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day); // Date.UTC would take year 99 for 1999
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

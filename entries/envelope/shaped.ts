import { CostlyJson } from '../../base/failures.ts';
import { JsonScanner } from '../../base/json-scanner.ts';
import { decodeUtf8 } from '../../base/utf8-mending.ts';
import { MAX_SEARCH_KEYS } from '../search-key-list.ts';
import { fieldOf, type Shape } from './go-shape.ts';

/** Values that are kept. 16,384 subjects with ten digests each are 212,000. */
const MAX_KEPT = 250_000;
/** Members of a map. As many digests are more than an entry may be found by. */
const MAX_MEMBERS = MAX_SEARCH_KEYS;

/** Characters of a name in JSON that may be one of a struct's: six for each letter, and none has 32 of them. */
const LONGEST_NAME = 6 * 32;

/**
 * A JSON text of which only what `shape` names is kept: other members are left out, and in the place of an array or object
 * where none belongs stands an empty one. Whether the rest is JSON is checked all the same. Linear, whatever stands in it.
 *
 * @throws MalformedJson, CostlyJson
 */
export function readShaped(bytes: Uint8Array, shape: Shape): unknown {
  return new ShapedReader(decodeUtf8(bytes)).read(shape);
}

class ShapedReader {
  readonly #scanner: JsonScanner;
  #kept = 0;

  constructor(json: string) {
    this.#scanner = new JsonScanner(json);
  }

  read(shape: Shape): unknown {
    const value = this.#value(shape);
    this.#scanner.finish();
    return value;
  }

  /** Recursive: as deep as the shape is. */
  #value(shape: Shape): unknown {
    this.#kept += 1;
    if (this.#kept > MAX_KEPT) throw new CostlyJson(`JSON has more than ${MAX_KEPT} values to look at`);
    const kind = this.#scanner.kind();
    if (kind === 'array')
      return typeof shape === 'object' && 'each' in shape ? this.#array(shape.each) : this.#none([]);
    if (kind !== 'object') return this.#scanner.scalar();
    if (typeof shape === 'string' || 'each' in shape) return this.#none({});
    return 'values' in shape ? this.#map(shape.values) : this.#struct(shape);
  }

  #none(placeholder: object): unknown {
    this.#scanner.passOver();
    return placeholder;
  }

  #array(each: Shape): unknown {
    const elements: unknown[] = [];
    this.#scanner.children(() => void elements.push(this.#value(each)));
    return elements;
  }

  #map(values: Shape): unknown {
    const members: [string, unknown][] = [];
    this.#scanner.children((name) => {
      if (members.push([name, this.#value(values)]) > MAX_MEMBERS)
        throw new CostlyJson(`an object in JSON has more than ${MAX_MEMBERS} digests`);
    });
    return Object.fromEntries(members);
  }

  /** Of members that Go takes for one field the last one stays, whatever their spelling. */
  #struct(shape: Extract<Shape, { readonly members: unknown }>): unknown {
    const members = new Map<string, unknown>();
    this.#scanner.children((name) => {
      const field = fieldOf(shape.members, name);
      if (field === undefined || field === 'anything') return this.#scanner.passOver();
      const value = this.#value(field);
      members.delete(name); // or it would stay where it stood first, before one in another spelling
      members.set(name, value);
    }, LONGEST_NAME);
    return Object.fromEntries(members);
  }
}

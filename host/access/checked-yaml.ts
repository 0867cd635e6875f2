import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { Failure } from '../../base/failure.ts';
import { nearest } from '../settings/nearest.ts';

/** Characters that such a file may have. */
const MAX_FILE_CHARACTERS = 1_048_576;

/** One thing that is wrong with a file. */
interface FileFault {
  /** From 1; 0 for the file as a whole. */
  readonly line: number;
  readonly reason: string;
}

/** A file that cannot be taken, with everything that is wrong with it: each fault on a line of its own, as `file:line: reason`. */
export class FileRefused extends Failure<'file-refused'> {
  readonly code = 'file-refused';

  constructor(file: string, faults: readonly FileFault[]) {
    super(faults.map(({ line, reason }) => `${file}${line > 0 ? `:${line}` : ''}: ${reason}`).join('\n'));
  }
}

/** Reads a YAML 1.2 file with `read`, which reports each fault to the place where it stands. @throws FileRefused with all of them */
export function readYaml<T>(text: string, file: string, read: (root: YamlPlace) => T): T {
  const faults: FileFault[] = [];
  if (text.length > MAX_FILE_CHARACTERS)
    throw new FileRefused(file, [{ line: 0, reason: `is longer than ${MAX_FILE_CHARACTERS} characters` }]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  for (const { message, pos } of document.errors)
    faults.push({ line: lines.linePos(pos[0]).line, reason: `is no YAML: ${message}` });
  if (faults.length > 0) throw new FileRefused(file, faults);
  const value = read(new YamlPlace(document.contents, { name: '', at: 0, lines, faults }));
  if (faults.length > 0)
    throw new FileRefused(
      file,
      faults.toSorted((a, b) => a.line - b.line),
    );
  return value;
}

interface Where {
  /** How a fault names the place: `issuers[0].audience`. */
  readonly name: string;
  /** Offset in the text, for a place that is empty. */
  readonly at: number;
  readonly lines: LineCounter;
  readonly faults: FileFault[];
}

/** A value in a file, and where it stands. What is not as it should be is a fault, and reads as undefined or empty. */
export class YamlPlace {
  readonly #node: unknown;
  readonly #where: Where;

  constructor(node: unknown, where: Where) {
    this.#node = node;
    this.#where = where;
  }

  /** Notes that the value cannot be taken. @param reason - goes on after the name of the place */
  refuse(reason: string): undefined {
    const { name, at, lines, faults } = this.#where;
    const line = lines.linePos(rangeOf(this.#node)?.[0] ?? at).line;
    faults.push({ line, reason: name === '' ? reason : `${name} ${reason}` });
  }

  get isMapping(): boolean {
    return isMap(this.#node);
  }

  /** Members of a mapping, by name. A name that is not in `known` is a fault, and so is a missing one of `required`. */
  members<Name extends string>(known: readonly Name[], required: readonly Name[] = []): ReadonlyMap<Name, YamlPlace> {
    const found = new Map<Name, YamlPlace>();
    for (const [name, place] of this.entries()) {
      const member = known.find((one) => one === name);
      if (member === undefined) place.refuse(unknownMember(name, known));
      else found.set(member, place);
    }
    for (const name of required) if (!found.has(name)) this.refuse(`lacks ${name}`);
    return found;
  }

  /** Members of a mapping, whatever they are called. */
  entries(): readonly (readonly [string, YamlPlace])[] {
    if (!isMap(this.#node)) {
      if (!isEmpty(this.#node)) this.refuse('has to be a mapping: write "name: value" lines');
      return [];
    }
    const { name: parent } = this.#where;
    return this.#node.items.map(({ key, value }) => {
      const name = isScalar(key) ? String(key.value) : '';
      return [name, this.#below(value ?? key, parent === '' ? name : `${parent}.${name}`)] as const;
    });
  }

  items(): readonly YamlPlace[] {
    if (isSeq(this.#node)) return this.#node.items.map((item, i) => this.#below(item, `${this.#where.name}[${i}]`));
    if (!isEmpty(this.#node)) this.refuse('has to be a list, as in [one, two]');
    return [];
  }

  text(): string | undefined {
    const value = this.#scalar();
    if (typeof value === 'string' && value !== '') return value;
    return this.refuse('has to be a text');
  }

  /** One text, or a list of texts. */
  texts(): readonly string[] {
    if (!isSeq(this.#node)) return [this.text() ?? ''];
    return this.items().flatMap((item) => item.text() ?? []);
  }

  flag(): boolean | undefined {
    const value = this.#scalar();
    return typeof value === 'boolean' ? value : this.refuse('has to be true or false');
  }

  number(least: number, most: number): number | undefined {
    const value = this.#scalar();
    if (typeof value === 'number' && value >= least && value <= most) return value;
    return this.refuse(`has to be a number from ${least} to ${most}`);
  }

  choice<Word extends string>(words: readonly Word[]): Word | undefined {
    const value = this.#scalar();
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    const said = typeof value === 'string' ? ` and not ${JSON.stringify(value)}` : '';
    return this.refuse(`has to be one of ${words.join(', ')}${said}`);
  }

  /** The value as it is, of whatever type. */
  plain(): unknown {
    return isNode(this.#node) ? (this.#node.toJSON() as unknown) : undefined;
  }

  #scalar(): unknown {
    return isScalar(this.#node) ? this.#node.value : undefined;
  }

  #below(node: unknown, name: string): YamlPlace {
    return new YamlPlace(node, { ...this.#where, name, at: rangeOf(this.#node)?.[0] ?? this.#where.at });
  }
}

function unknownMember(name: string, known: readonly string[]): string {
  const meant = nearest(name, [...known]);
  return `is not known here; ${meant === undefined ? `there are ${known.join(', ')}` : `did you mean ${meant}?`}`;
}

function isEmpty(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

function rangeOf(node: unknown): readonly number[] | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  return Array.isArray(node.range) ? (node.range as readonly number[]) : undefined;
}

import { brief } from './brief.ts';
import { MalformedJson } from './failures.ts';
import { parseProtoBase64 } from './go-base64.ts';
import { isObject, type JsonObject } from './json-reader.ts';

/*
 * Messages of protocol buffers in their JSON form (proto3), described as values and read as strictly as protobuf-go
 * reads them: no unknown field, none twice, one member of a oneof, base64 and enums as it takes them.
 */

/** Type of a field. `json` is left as it is, for somebody else to read. */
export type FieldType = 'bytes' | 'text' | 'json' | Enumeration | Repeated | Message;

/** Names of an enum by their numbers. */
export interface Enumeration {
  readonly names: ReadonlyMap<number, string>;
  readonly numbers: ReadonlyMap<string, number>;
}

export interface Repeated<M extends Message = Message> {
  readonly each: M;
}

/** Types of fields by the names that the .proto file gives them. */
export type Fields = Readonly<Record<string, FieldType>>;

export interface Message<F extends Fields = Fields> {
  readonly fields: F;
  /** By either of its two names: the one in JSON, and the one in the .proto file. */
  readonly spelled: ReadonlyMap<string, Field>;
  /** The values of a message in which no field is set. */
  readonly empty: Readonly<Record<string, unknown>>;
}

interface Field {
  /** The name in JSON. */
  readonly name: string;
  readonly type: FieldType;
  /** Of the fields that are `oneof`, one may be set. */
  readonly isChoice: boolean;
}

/** `raw_bytes` is `rawBytes` in JSON. */
type JsonName<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<JsonName<Tail>>}`
  : Name;

type ValueOf<T extends FieldType> = T extends 'bytes'
  ? Uint8Array
  : T extends 'text'
    ? string
    : T extends Enumeration
      ? string
      : T extends Repeated<Message<infer F>>
        ? readonly MessageValue<F>[]
        : T extends Message<infer F>
          ? MessageValue<F> | undefined
          : unknown;

/**
 * A message that was read, by the names in JSON. Bytes, texts and lists that are not set are empty, enums have the name
 * of 0, messages and `json` are undefined. An enum's number without a name is read as its digits.
 */
export type MessageValue<F extends Fields> = { readonly [N in keyof F & string as JsonName<N>]: ValueOf<F[N]> };

export function enumeration(numbers: Readonly<Record<string, number>>): Enumeration {
  const entries = Object.entries(numbers);
  return { numbers: new Map(entries), names: new Map(entries.map(([name, number]) => [number, name])) };
}

/** @param oneof - names of fields of which one may be set */
export function message<const F extends Fields>(fields: F, oneof: readonly (keyof F)[] = []): Message<F> {
  const spelled = new Map<string, Field>();
  const empty: Record<string, unknown> = {};
  for (const [protoName, type] of Object.entries(fields)) {
    const name = protoName.replaceAll(/_(.)/g, (_, next: string) => next.toUpperCase());
    const field = { name, type, isChoice: oneof.includes(protoName) };
    spelled.set(name, field).set(protoName, field);
    empty[name] = emptyOf(type);
  }
  return { fields, spelled, empty };
}

function emptyOf(type: FieldType): unknown {
  if (type === 'bytes') return new Uint8Array();
  if (type === 'text') return '';
  if (type === 'json' || 'spelled' in type) return undefined;
  return 'each' in type ? [] : (type.names.get(0) ?? '0');
}

/**
 * @param path - what messages call the value; empty for the whole request
 * @throws MalformedJson naming the member at fault
 */
export function readMessage<F extends Fields>(value: unknown, type: Message<F>, path: string): MessageValue<F> {
  if (!isObject(value)) throw new MalformedJson(`${path === '' ? 'the request' : path} is not an object`);
  const read: Record<string, unknown> = { ...type.empty };
  let choice: string | undefined;
  for (const spelling of Object.keys(value)) {
    const field = fieldOf(type, value, spelling, path);
    if (value[spelling] === null) continue; // as if it were not there, but for the name being taken
    if (field.isChoice) choice = onlyChoice(choice, field.name, path);
    read[field.name] = readField(value[spelling], field.type, within(path, field.name));
  }
  return read as MessageValue<F>;
}

function fieldOf(type: Message, value: JsonObject, spelling: string, path: string): Field {
  const field = type.spelled.get(spelling);
  if (field === undefined) throw new MalformedJson(`unknown field ${JSON.stringify(brief(spelling))}${inside(path)}`);
  const { name } = field;
  if (spelling !== name && Object.hasOwn(value, name))
    throw new MalformedJson(`${within(path, name)} stands twice, as ${name} and as ${spelling}`);
  return field;
}

function onlyChoice(earlier: string | undefined, name: string, path: string): string {
  if (earlier === undefined) return name;
  throw new MalformedJson(`${earlier} and ${name} are both set${inside(path)}, and only one of them may be`);
}

function within(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function inside(path: string): string {
  return path === '' ? '' : ` in ${path}`;
}

function readField(value: unknown, type: FieldType, path: string): unknown {
  if (type === 'bytes') return readBytes(value, path);
  if (type === 'text') return readText(value, path);
  if (type === 'json') return value;
  if ('spelled' in type) return readMessage(value, type, path);
  return 'each' in type ? readList(value, type.each, path) : readEnum(value, type, path);
}

function readBytes(value: unknown, path: string): Uint8Array {
  const bytes = typeof value === 'string' ? parseProtoBase64(value) : undefined;
  if (bytes === undefined) throw new MalformedJson(`${path} is not base64`);
  return bytes;
}

function readText(value: unknown, path: string): string {
  if (typeof value !== 'string') throw new MalformedJson(`${path} is not a string`);
  if (!value.isWellFormed()) throw new MalformedJson(`${path} has half of a surrogate pair`);
  return value;
}

/** A null among the elements is none that may be. */
function readList(value: unknown, each: Message, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new MalformedJson(`${path} is not an array`);
  return value.map((element: unknown, i) => readMessage(element, each, `${path}[${i}]`));
}

/** `5.0` and `5e0` are 5, `"5"` is not. A number that a double cannot tell from an integer is that integer. */
function readEnum(value: unknown, { names, numbers }: Enumeration, path: string): string {
  if (typeof value === 'string' && numbers.has(value)) return value;
  if (typeof value === 'string') throw new MalformedJson(`${path} has no value ${JSON.stringify(brief(value))}`);
  if (typeof value !== 'number' || !Number.isInteger(value) || value < -(2 ** 31) || value >= 2 ** 31)
    throw new MalformedJson(`${path} is neither a name nor a 32-bit integer`);
  return names.get(value) ?? String(value);
}

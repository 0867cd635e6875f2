/** JSON text of a `T`: compact, with a final newline. Made once, and sent as it stands. */
export interface JsonText<T> {
  readonly type: 'application/json';
  readonly text: string;
  /** Whether every character is ASCII, and so a byte: such text is sent as it stands. */
  readonly ascii?: boolean;
  /** Never there: it lets the compiler tell one text from another. */
  readonly value?: T;
}

/** Bytes that are made only if they are sent: not for `HEAD`. */
export interface MadeBytes {
  readonly length: number;
  make(): Uint8Array | ByteStream;
}

/** Bytes that are made at the pace of their reader, because they are many. */
export interface ByteStream {
  /** Bytes of memory that this takes at a time. */
  readonly held: number;
  read(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** Anything that is not JSON, under its media type. */
export interface OtherText<Type extends string> {
  readonly type: Type;
  readonly text: string | Uint8Array | MadeBytes;
  readonly ascii?: boolean;
  /** Whether these bytes stay in memory for others as well, and so hold nothing more while a reader takes them. */
  readonly isKept?: boolean;
}

export type Headers = Readonly<Record<string, string>>;

/** An HTTP response. Without a body there is no `Content-Type` either. */
export interface Answer {
  readonly status: number;
  readonly headers?: Headers;
  readonly body?: JsonText<unknown> | OtherText<string>;
}

/** `<`, `>` and `&` stay as they are: rekor-v1 §0. */
export function json<T>(value: T): JsonText<T> {
  return { type: 'application/json', text: `${JSON.stringify(value)}\n` };
}

/** JSON of a text in ASCII alone: a note has a dash that is none, and as an escape it costs nothing to send. */
export function asciiJson(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u0080-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

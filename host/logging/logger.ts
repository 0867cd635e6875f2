import { pino, stdSerializers } from 'pino';
import { LineWriter, type LostLines, standardOutput } from './line-writer.ts';
import { withoutSecrets } from './secrets.ts';
import { textLine } from './text-line.ts';

/** Values beside the message. An `Error` stands best under `error`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where the server says what it does. Lines of one turn of the event loop are handed to the operating system together. */
export interface Logger {
  /** A line whose members are this program's own, and hold nothing that could be a secret. One is written for each request. */
  plain(message: string, fields: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Says why the process is about to end; returns when this line and all before it have been handed over. */
  fatal(message: string, fields?: LogFields): void;
  /** Hands over what has been kept back. For the end of the process. */
  flush(): void;
  /** Lines that could not be written, on a full disk or to a reader who takes none, since the process began. */
  dropped(): number;
}

export interface LoggerOptions {
  /** `text` for people, or one JSON object a line (RFC 8259), both from the same calls. */
  readonly format: 'text' | 'json';
  /** The least important lines that are written. */
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Marks every line: keys in memory make a log that nobody may rely on. */
  readonly dev: boolean;
  /** Standard output unless given. */
  readonly stream?: LineStream;
}

export interface LineStream {
  write(line: string): void;
  /** Hands over what `write` has kept back. */
  flush?(): void;
  /** Lines that could not be written. */
  readonly dropped?: number;
}

/** A logger whose lines hold no private key, password or token, whatever the calls say. */
export function createLogger({ format, level, dev, stream: given }: LoggerOptions): Logger {
  const stream: LineStream = given ?? new LineWriter(standardOutput(), (lost) => tellLost(lost));
  const shown = (line: string): string => (format === 'json' ? line : textLine(line));
  const options = optionsOf(level, dev);
  const plain = pino(options, { write: (line: string) => stream.write(shown(line)) });
  const logger = pino(options, { write: (line: string) => stream.write(shown(withoutSecrets(line))) });
  const at = (label: Exclude<keyof Logger, 'flush' | 'plain' | 'dropped'>) => (message: string, fields?: LogFields) =>
    logger[label](fields ?? {}, message);
  const tellLost = ({ count, reason }: LostLines): void =>
    at('warn')(`${count} log lines before this one could not be written: ${reason}`);
  const flush = (): void => stream.flush?.();
  const fatal: Logger['fatal'] = (message, fields) => {
    at('fatal')(message, fields);
    flush();
  };
  return {
    plain: (message, fields) => plain.info(fields, message),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    fatal,
    flush,
    dropped: () => stream.dropped ?? 0,
  };
}

function optionsOf(level: LoggerOptions['level'], dev: boolean) {
  return {
    level,
    base: dev ? { dev: 'keys in memory' } : null,
    messageKey: 'message',
    timestamp: timestamps(),
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: stdSerializers.err },
  };
}

/** RFC 3339 in UTC, with milliseconds. Many lines share one. */
function timestamps(): () => string {
  let at = 0;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== at) [at, text] = [now, `,"time":"${new Date(now).toISOString()}"`];
    return text;
  };
}

import { destination, pino, stdSerializers, stdTimeFunctions } from 'pino';
import { withoutSecrets } from './secrets.ts';
import { textLine } from './text-line.ts';

/** What goes beside the message. An `Error` stands best under `error`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where the server says what it does. Lines of one turn of the event loop are handed to the operating system together. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Says why the process is about to end; returns when this line and all before it have been handed over. */
  fatal(message: string, fields?: LogFields): void;
  /** Hands over what has been kept back. For the end of the process. */
  flush(): void;
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
}

/** A logger whose lines hold no private key, password or token, whatever the calls say. */
export function createLogger({ format, level, dev, stream = standardOutput() }: LoggerOptions): Logger {
  const write = (line: string): void => {
    const safe = withoutSecrets(line);
    stream.write(format === 'json' ? safe : textLine(safe));
  };
  const logger = pino(
    {
      level,
      base: dev ? { dev: 'keys in memory' } : null,
      messageKey: 'message',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: stdSerializers.err },
    },
    { write },
  );
  const at = (label: Exclude<keyof Logger, 'flush'>) => (message: string, fields?: LogFields) =>
    logger[label](fields ?? {}, message);
  const flush = (): void => stream.flush?.();
  const fatal: Logger['fatal'] = (message, fields) => {
    at('fatal')(message, fields);
    flush();
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), fatal, flush };
}

/**
 * One write for all lines of a turn: a system call for each of thousands of requests a second costs more than the line.
 */
function standardOutput(): LineStream {
  const out = destination({ dest: 1, sync: true });
  let kept = '';
  const flush = (): void => {
    const lines = kept;
    kept = '';
    if (lines !== '') out.write(lines);
  };
  return {
    flush,
    write(line) {
      if (kept === '') setImmediate(flush);
      kept += line;
    },
  };
}

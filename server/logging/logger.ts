import { destination, pino, stdSerializers, stdTimeFunctions } from 'pino';
import { withoutSecrets } from './secrets.ts';
import { textLine } from './text-line.ts';

/** What goes beside the message. An `Error` stands best under `error`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where the server says what it does. Every method returns once the line has been handed to the operating system. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Says why the process is about to end. */
  fatal(message: string, fields?: LogFields): void;
}

export interface LoggerOptions {
  /** `text` for people, or one JSON object a line (RFC 8259), both from the same calls. */
  readonly format: 'text' | 'json';
  /** The least important lines that are written. */
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Marks every line: keys in memory make a log that nobody may rely on. */
  readonly dev: boolean;
  /** Standard output unless given. */
  readonly stream?: { write(line: string): void };
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
  const at = (label: keyof Logger) => (message: string, fields?: LogFields) => logger[label](fields ?? {}, message);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), fatal: at('fatal') };
}

/** Synchronous: what is written before the process dies is not lost. */
function standardOutput(): { write(line: string): void } {
  return destination({ dest: 1, sync: true });
}

const LEVEL_WIDTH = 5; // of "debug", "error" and "fatal"

/** A line of JSON as people read it: time, level, message, then `name=value` for the rest. */
export function textLine(json: string): string {
  const { time, level, message, ...fields } = JSON.parse(json) as Readonly<Record<string, unknown>>;
  const head = `${plain(time)} ${plain(level).padEnd(LEVEL_WIDTH)} ${printable(plain(message))}`;
  const error = fields['error'];
  const stack = isStack(error) ? `\n${error.stack.replace(/^/gm, '    ')}` : '';
  return `${[head, ...Object.entries(fields).map(([name, value]) => `${word(name)}=${shown(value)}`)].join(' ')}${printable(stack, '\n')}\n`;
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** An error shows its message here, and its stack on lines of its own. */
function shown(value: unknown): string {
  return isStack(value) ? word(value.message) : word(plain(value));
}

function isStack(value: unknown): value is { readonly message: string; readonly stack: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'stack' in value &&
    typeof value.stack === 'string' &&
    'message' in value &&
    typeof value.message === 'string'
  );
}

/** As it is, unless a reader could not tell where it ends. */
function word(text: string): string {
  return /^[\w!#-&(-~]+$/.test(text) && !text.includes('=') ? text : printable(JSON.stringify(text));
}

/** Nothing that strangers send may start a line of its own or move the cursor of a terminal. */
function printable(text: string, kept = ''): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (char) =>
    char === kept ? char : `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

const BODY_MIB = 24;

/** MiB that a process of its own needs at most to read a body of `BODY_MIB`, beside what it needs anyway and the body. */
function needed(fill: string, ending: string): number {
  const reader = new URL('../../base/json-reader.ts', import.meta.url).href;
  const script = `
    import { readJson } from ${JSON.stringify(reader)};
    const most = () => process.resourceUsage().maxRSS / 1024;
    const read = (bytes) => { try { readJson(bytes, 'refuse'); } catch {} };
    read(Buffer.from('{"a":["\\\\ud800"]}'));
    const body = Buffer.alloc(${BODY_MIB} * 2 ** 20, ${JSON.stringify(fill)});
    body.write('["', 'latin1');
    body.write(${JSON.stringify(ending)} + '"]', body.length - ${ending.length + 2}, 'latin1');
    const before = most();
    read(body);
    process.stdout.write(String(most() - before));`;
  return Number(execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '--eval', script]).toString());
}

it.each([
  ['letters', 'x', '', 3],
  ['escapes', '\\"', '', 3],
  ['escapes of lone surrogates', '\\ud800', '', 3],
  ['letters of three bytes', '\u20ac', 'x', 3],
  ['bytes that are no UTF-8', '\u00ff', '', 3],
  ['values', '","', '', 3],
  // V8 needs two bytes for each letter of a string in which one is beyond Latin-1: here of the text, and of the value in it.
  ['letters, and at the end a byte that is no UTF-8', 'x', '\u00ff', 5],
])('a body of %s takes at most so many times its size to read', (_name, fill, ending, times) => {
  expect(needed(fill, ending)).toBeLessThan(times * BODY_MIB + 10);
});

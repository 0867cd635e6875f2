import { runInThisContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { compact } from '../../server/pages/modules/compact.ts';
import { link } from '../../server/pages/modules/link.ts';
import { shake } from '../../server/pages/modules/shake.ts';

/** Runs what a text returns. */
const run = (body: string): unknown => runInThisContext(`(() => {${body}\n})()`);

describe('compact', () => {
  it.each([
    ['comments', 'const a = 1; // one\n/* two\nthree */ return a /* four */ + 2;', 3],
    [
      'texts that look like comments',
      'return "// no" + \'/* no */\' + `// ${1 /* yes */ + 1} //`;',
      '// no/* no */// 2 //',
    ],
    ['templates inside of templates', 'return `a${`b${{ c: 1 }.c}`}d${[1].map((x) => `<${x}>`)}`;', 'ab1d<1>'],
    [
      'regular expressions',
      'return [/[/]"\'`{/.test(\'/"\'), 8 / 2 / 2, "a/b".replace(/\\//g, "-")];',
      [false, 2, 'a-b'],
    ],
    ['statements without semicolons', 'let a = 1\nlet b = 2\n;[a, b] = [b, a]\nreturn a', 2],
    ['a return whose value stands on the next line', 'const f = () => {\n  return\n  1\n}\nreturn f()', undefined],
    ['signs that stand next to each other', 'let a = 1, b = 2; return a + +b - -b + a++ + ++b;', 9],
    ['names of every object', 'const o = { constructor: 1, in: 2 }; return o.constructor + o.in;', 3],
  ])('leaves the meaning of %s', (_, text, value) => {
    expect(run(text)).toEqual(value);
    expect(run(compact(text))).toEqual(value);
    expect(compact(text).length).toBeLessThan(text.length);
  });

  it('refuses a text that ends in the middle of a template', () => {
    expect(() => compact('const a = `b')).toThrow('cannot be read');
  });
});

describe('link and shake', () => {
  const module = (path: string, text: string, imports: Readonly<Record<string, string>> = {}) => ({
    path,
    text: compact(text),
    imports: new Map(Object.entries(imports)),
  });
  const parts = [
    module(
      'low',
      'export const one = 1;\nexport function unused() { return helper(); }\nfunction helper() { return 7; }\nexport class Kept {}\n',
    ),
    module(
      'mid',
      'import { one as first } from "./low";\nimport * as all from "./low";\nexport { one } from "./low";\nexport const three = () => first + 2;\nexport { three as drei };\nexport const kept = all.one;\n',
      { './low': 'low' },
    ),
    module(
      'top',
      'import { drei, one, kept } from "./mid";\nimport {} from "./low";\nresult.push(drei(), one, kept);\n',
      { './mid': 'mid', './low': 'low' },
    ),
  ];

  it('run modules in their order, whatever way they pass names on', () => {
    for (const linked of [link(parts), link(shake(parts))]) {
      const result: number[] = [];
      (runInThisContext(`(result) => {${linked}\n}`) as (result: number[]) => void)(result);
      expect(result).toEqual([3, 1, 1]);
    }
  });

  it('leave out what nothing asks for, and what only that asked for', () => {
    const few = [parts[0], module('top', 'import { one } from "./low";\nresult.push(one);\n', { './low': 'low' })];
    const linked = link(shake(few.filter((one) => one !== undefined)));
    expect(linked).toContain('one=1');
    expect(linked).not.toMatch(/unused|helper|Kept/);
  });

  it('refuse a form that they do not know', () => {
    expect(() => link([module('odd', 'export default 1;\n')])).toThrow(
      'odd has a form that is not linked: export default',
    );
  });
});

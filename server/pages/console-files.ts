import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** Files of the console by name. */
export type ConsoleFiles = ReadonlyMap<string, { readonly type: string; readonly text: string | Uint8Array }>;

/** The policy of the pages allows no script in the page itself. The document stands where this script's folder does. */
const START = `window.trustedTypes?.createPolicy('default', { createHTML: (html) => html });
const { href } = new URL('../openapi.json', document.currentScript.src);
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();
window.addEventListener('load', () => {
  SwaggerUIBundle({ url: href, dom_id: '#console', deepLinking: true, validatorUrl: null });
});
`;

/** The console as its package ships it, 1.7 MB, and the script that starts it. Read once, when the server starts. */
export async function readConsoleFiles(): Promise<ConsoleFiles> {
  const { resolve } = createRequire(import.meta.url);
  const read = (name: string): Promise<Uint8Array> => readFile(resolve(`swagger-ui-dist/${name}`));
  return new Map([
    ['swagger-ui.css', { type: 'text/css; charset=utf-8', text: await read('swagger-ui.css') }],
    ['swagger-ui-bundle.js', { type: 'text/javascript; charset=utf-8', text: await read('swagger-ui-bundle.js') }],
    ['start.js', { type: 'text/javascript; charset=utf-8', text: START }],
  ]);
}

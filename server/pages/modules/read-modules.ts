import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { compact } from './compact.ts';
import { importedBy, link, type Module } from './link.ts';
import { shake } from './shake.ts';

/** Makes JavaScript of TypeScript by leaving its types out. */
export type StripTypes = (source: string) => string;

const { resolve } = createRequire(import.meta.url);

/**
 * Returns one script of a module and all that it imports: the project's own files, as the server runs them, and those of
 * packages. @throws Error for modules that import each other in a ring
 */
export async function readScript(program: URL, strip: StripTypes): Promise<string> {
  const modules: Module[] = [];
  await visit(program, { strip, modules, begun: new Set() });
  return link(shake(modules));
}

interface Visit {
  readonly strip: StripTypes;
  /** Those that are whole, each behind what it imports. */
  readonly modules: Module[];
  readonly begun: Set<string>;
}

async function visit(at: URL, state: Visit): Promise<void> {
  const { strip, modules, begun } = state;
  if (begun.has(at.href)) {
    if (modules.some(({ path }) => path === at.href)) return;
    throw new Error(`${at.pathname} imports itself through others`);
  }
  begun.add(at.href);
  const source = await readFile(at, 'utf8');
  const text = compact(at.pathname.endsWith('.ts') ? strip(source) : source);
  const imports = new Map<string, string>();
  for (const name of importedBy(text)) {
    const from = name.startsWith('.') ? new URL(name, at) : new URL(`file://${resolve(name)}`);
    imports.set(name, from.href);
    await visit(from, state);
  }
  modules.push({ path: at.href, text, imports });
}

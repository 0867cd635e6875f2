import { importedNames, type Module } from './link.ts';

/*
 * Leaves out functions and classes of modules that nothing asks for. A package has a module for all that it does with a curve,
 * and a page needs one function of it.
 */

/** A statement that does nothing but to name a function or a class. */
const DECLARATION =
  /^(?:export )?(?:(?:async )?function\*? ?([\w$]+)|class ([\w$]+)|const ([\w$]+)=(?:async ?)?(?:\([\w$,]*\)|[\w$]+)=>)/;

/** @param modules - each behind those that it imports; the last one is the program, of which nothing is left out */
export function shake(modules: readonly Module[]): readonly Module[] {
  const kept: Module[] = [];
  const wanted = new Map<string, Set<string>>();
  // From the program down: what imports a module has been shaken before it.
  for (const module of [...modules].reverse()) {
    const isProgram = kept.length === 0;
    const text = isProgram ? module.text : withoutUnused(module.text, wanted.get(module.path) ?? new Set());
    for (const { from, names } of importedNames(text)) {
      const path = module.imports.get(from) ?? '';
      const all = wanted.get(path) ?? new Set<string>();
      for (const name of names) all.add(name);
      wanted.set(path, all);
    }
    kept.unshift({ ...module, text });
  }
  return kept;
}

/** @param wanted - names that other modules import; `*` for all */
function withoutUnused(text: string, wanted: ReadonlySet<string>): string {
  if (wanted.has('*')) return text;
  let lines = text.split('\n');
  for (;;) {
    const names = lines.map(declaredIn);
    const uses = countUses(lines);
    const left = lines.filter((line, i) => {
      const name = names[i];
      if (name === undefined || (line.startsWith('export ') && wanted.has(name))) return true;
      return (uses.get(name) ?? 0) > usesIn(line, name);
    });
    if (left.length === lines.length) return prunedImports(left).join('\n');
    lines = left;
  }
}

function declaredIn(line: string): string | undefined {
  const [, ...names] = DECLARATION.exec(line) ?? [];
  return names.find((name) => name !== undefined);
}

const WORD = /[\p{ID_Start}$_][\p{ID_Continue}$]*/gu;

function countUses(lines: readonly string[]): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  for (const line of lines) for (const [word] of line.matchAll(WORD)) uses.set(word, (uses.get(word) ?? 0) + 1);
  return uses;
}

function usesIn(line: string, name: string): number {
  return [...line.matchAll(WORD)].filter(([word]) => word === name).length;
}

const NAMED_IMPORT = /^import ?\{([^}]*)\}( ?from.*)$/;

/** Imports without the names that nothing uses any more. */
function prunedImports(lines: readonly string[]): readonly string[] {
  const uses = countUses(lines.filter((line) => !NAMED_IMPORT.test(line)));
  return lines.map((line) => {
    const [, list, rest] = NAMED_IMPORT.exec(line) ?? [];
    if (list === undefined || rest === undefined) return line;
    const names = list.split(',').filter((item) => uses.has(item.split(/ as /).at(-1)?.trim() ?? ''));
    return `import{${names.join(',')}}${rest}`;
  });
}

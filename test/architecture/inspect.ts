import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';
import { AMBIENT, BESIDE_MAY_NOT_IMPORT, COMPOSERS, ENGINE_WORDS, ENGINES, GUARDED } from './guards.ts';
import { BESIDE, MAY_IMPORT } from './layers.ts';

/** A source file of the project: its path from the root, with `/`, and its text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

const LONGEST_FILE = 250; // lines
const LAYERS = Object.keys(MAY_IMPORT).toSorted((a, b) => b.length - a.length);

/** Everything that breaks a rule, one line each: layers, guarded modules, what depends on the moment, length, rings. */
export function offences(files: readonly Source[]): readonly string[] {
  const imports = new Map(files.map((source) => [source.path, importsOf(source)]));
  const single = files.flatMap((source) => [
    ...(imports.get(source.path) ?? []).flatMap((target) => importOffences(source.path, target)),
    ...ambientOffences(source),
    ...engineOffences(source, imports.get(source.path) ?? []),
    ...passedOnOffences(source.path, imports),
    ...lengthOffences(source),
  ]);
  return [...single, ...rings(imports, (path) => path), ...rings(imports, (path) => posix.dirname(path))];
}

/** Paths from the root for files of the project, names for packages. */
function importsOf({ path, text }: Source): readonly string[] {
  const { importedFiles } = ts.preProcessFile(text);
  const workers = [...text.matchAll(/new URL\('(\.[^']+\.ts)', import\.meta\.url\)/g)].map(([, name = '']) => name);
  return [...importedFiles.map(({ fileName }) => fileName), ...workers].map((name) =>
    name.startsWith('.') ? posix.join(posix.dirname(path), name) : name,
  );
}

const layerOf = (path: string): string | undefined => LAYERS.find((layer) => path.startsWith(`${layer}/`));
const besideOf = (path: string): string | undefined =>
  Object.keys(BESIDE).find((folder) => path.startsWith(`${folder}/`));
const isBeside = (path: string): boolean => besideOf(path) !== undefined;

function importOffences(path: string, target: string): readonly string[] {
  const beside = besideOf(path);
  if (beside !== undefined) return besideOffences(path, beside, target);
  const from = layerOf(path);
  const to = layerOf(target);
  if (from === undefined) return [`${path} is in no layer`];
  if (to === undefined && !isBeside(target)) return guardOffences(path, target);
  const allowed = [from, ...(MAY_IMPORT[from] ?? []), ...(COMPOSERS[path] ?? [])];
  return to !== undefined && allowed.includes(to) ? [] : [`${path} may not import ${target}`];
}

function besideOffences(path: string, from: string, target: string): readonly string[] {
  const to = besideOf(target);
  const closed = (BESIDE_MAY_NOT_IMPORT[from] ?? []).some((layer) => target.startsWith(`${layer}/`));
  const isAllowed = !closed && (to === undefined || to === from || (BESIDE[from] ?? []).includes(to));
  return isAllowed ? [] : [`${path} may not import ${target}`];
}

/** A file of one folder beside the layers may not import through another what it may not import itself. */
function passedOnOffences(path: string, imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const closed = BESIDE_MAY_NOT_IMPORT[besideOf(path) ?? ''] ?? [];
  if (closed.length === 0) return [];
  const reached = new Set<string>([path]);
  for (const from of reached) for (const to of imports.get(from) ?? []) if (isBeside(to)) reached.add(to);
  reached.delete(path);
  return [...reached].flatMap((from) =>
    (imports.get(from) ?? [])
      .filter((target) => closed.some((layer) => target.startsWith(`${layer}/`)))
      .filter(() => besideOf(from) !== besideOf(path))
      .map((target) => `${path} may not import ${target} through ${from}`),
  );
}

function guardOffences(path: string, module: string): readonly string[] {
  const closed = GUARDED.some((guard) => guard.module.test(module) && !guard.only.test(path));
  return closed || module.startsWith('.') || module.includes('..') ? [`${path} may not import ${module}`] : [];
}

/** An engine is one value of the registry: its files, words and types stay in its folder. */
function engineOffences({ path, text }: Source, targets: readonly string[]): readonly string[] {
  if (path.startsWith(ENGINES.folder) || ENGINES.only.test(path)) return [];
  const [word] = ENGINE_WORDS.exec(text) ?? [];
  const past = targets.filter((target) => target.startsWith(ENGINES.folder) && target !== ENGINES.registry);
  return [
    ...past.map((target) => `${path} imports ${target} past the registry of engines`),
    ...(word === undefined ? [] : [`${path} names what belongs to an engine: ${word}`]),
  ];
}

function ambientOffences({ path, text }: Source): readonly string[] {
  if (isBeside(path)) return [];
  const closed = AMBIENT.filter(({ only }) => !only.test(path)).map(({ expression }) => expression);
  if (!closed.some((expression) => text.includes(expression.split('.')[0] ?? ''))) return [];
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    const isAsked = ts.isPropertyAccessExpression(node) || isFreeName(node);
    if (isAsked && closed.includes(node.getText())) found.add(node.getText());
    if (closed.includes('Date.now') && ts.isNewExpression(node) && node.getText() === 'new Date()')
      found.add('new Date()');
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return [...found].map((expression) => `${path} may not ask for ${expression}`);
}

/** A name that stands for a value of its own, not for a member of something. */
function isFreeName(node: ts.Node): node is ts.Identifier {
  if (!ts.isIdentifier(node)) return false;
  const { parent } = node;
  return ts.isPropertyAccessExpression(parent)
    ? parent.expression === node
    : ts.isExpressionStatement(parent) || ts.isCallExpression(parent);
}

function lengthOffences({ path, text }: Source): readonly string[] {
  const lines = text.split('\n').length - 1;
  return lines > LONGEST_FILE ? [`${path} has ${lines} lines, more than ${LONGEST_FILE}`] : [];
}

/** Each ring of imports once, between files or between folders, as `group` says. Imports of a group by itself are none. */
function rings(imports: ReadonlyMap<string, readonly string[]>, group: (path: string) => string): readonly string[] {
  const edges = new Map<string, Set<string>>();
  for (const [path, targets] of imports) {
    const from = group(path);
    const outside = targets
      .filter((target) => imports.has(target))
      .map(group)
      .filter((to) => to !== from);
    edges.set(from, new Set([...(edges.get(from) ?? []), ...outside]));
  }
  const found = new Map<string, string>();
  for (const start of [...edges.keys()].toSorted()) {
    const ring = wayBack(start, edges);
    const name = ring?.toSorted().join();
    if (ring !== undefined && name !== undefined && !found.has(name))
      found.set(name, `a ring: ${[...ring, start].join(' -> ')}`);
  }
  return [...found.values()];
}

/** The shortest way from `start` to itself. */
function wayBack(start: string, edges: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] | undefined {
  const seen = new Set<string>();
  let ways: readonly (readonly string[])[] = [[start]];
  while (ways.length > 0) {
    const longer = ways.flatMap((way) => [...(edges.get(way.at(-1) ?? '') ?? [])].map((next) => ({ way, next })));
    const home = longer.find(({ next }) => next === start);
    if (home !== undefined) return home.way;
    ways = longer.filter(({ next }) => !seen.has(next) && seen.add(next)).map(({ way, next }) => [...way, next]);
  }
  return undefined;
}

/** All TypeScript files of the project, but those that a machine wrote. */
export function sources(root: string): readonly Source[] {
  const folders = [...new Set(LAYERS.map((layer) => layer.split('/')[0] ?? layer)), ...Object.keys(BESIDE)];
  const paths = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => posix.join(entry.parentPath.slice(root.length + 1).replaceAll('\\', '/'), entry.name)),
  );
  return paths
    .filter((path) => path !== 'openapi/types.ts')
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

export const ROOT = dirname(dirname(import.meta.dirname));

import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type Source, sources } from './inspect.ts';

/** The numbers that can be cited: of headings by document, of traps by document, and of decisions. */
export interface Citable {
  readonly sections: ReadonlyMap<string, ReadonlySet<string>>;
  readonly traps: ReadonlyMap<string, ReadonlySet<string>>;
  readonly decisions: ReadonlySet<string>;
}

const DOCUMENTS = new Map([
  ['rekor-v1', 'docs/spec/rekor-v1.md'],
  ['rekor-v2', 'docs/spec/rekor-v2.md'],
  ['clients', 'docs/spec/clients.md'],
  ['style', 'docs/style.md'],
  ['architecture', 'docs/architecture.md'],
]);
const NUMBER = String.raw`\d+(?:\.\d+)*`;
const CITATIONS = new RegExp(
  [
    String.raw`\b(?<own>rekor-v[12]|clients|style|architecture),? §(?<section>${NUMBER})`,
    String.raw`\b(?<published>RFC \d+|X\.\d{3}|FIPS \d+|SEC 1|draft-[\w-]+|c2sp\.org/[\w-]+)`,
    String.raw`(?:§ ?|\bsections? )(?<bare>${NUMBER})`,
    String.raw`\b(?<vague>contracts? (?:sections? |§)?${NUMBER})`,
    String.raw`\b(?:(?<trapsOf>rekor-v[12]) )?trap (?<trap>\d+)`,
    String.raw`\bdecision (?<decision>\d+)`,
    String.raw`\b(?<plural>(?:decisions|traps) \d+)`,
  ].join('|'),
  'gi',
);

/** Reads what can be cited out of the documents below `root`. */
export function citable(root: string): Citable {
  const texts = [...DOCUMENTS].map(([name, path]) => [name, readFileSync(join(root, path), 'utf8')] as const);
  return {
    sections: new Map(texts.map(([name, text]) => [name, numbers(text, /^#{2,4} (\d+(?:\.\d+)*)\.? /gm)])),
    traps: new Map(texts.map(([name, text]) => [name, numbers(trapsIn(text), /^(\d+)\. /gm)])),
    decisions: numbers(readFileSync(join(root, 'docs/decisions.md'), 'utf8'), /^## Decision (\d+):/gm),
  };
}

const numbers = (text: string, pattern: RegExp): ReadonlySet<string> =>
  new Set([...text.matchAll(pattern)].map(([, number = '']) => number));

const trapsIn = (text: string): string => /^## (?:\d+\. )?Traps$(.*?)(?=^## |$(?![\s\S]))/ms.exec(text)?.[1] ?? '';

/** One line for each citation in `files` that does not name its document, or a number that its document has not. */
export function wrongCitations(files: readonly Source[], documents: Citable): readonly string[] {
  return files.flatMap(({ path, text }) => {
    const own = [...DOCUMENTS].find(([, document]) => document === path)?.[0];
    const wrong = passages(path, text).flatMap((passage) => wrongIn(passage, own, documents));
    return wrong.map((reason) => `${path}: ${reason}`);
  });
}

/** Paragraphs of a document; block comments and lines of code. Each is one line of text. */
function passages(path: string, text: string): readonly string[] {
  const parts = path.endsWith('.md') ? text.split(/\n{2,}/) : (text.match(/\/\*[\s\S]*?\*\/|[^\n]+/g) ?? []);
  return parts.map((part) => part.replaceAll(/\s*\n[ \t]*(?:\*(?!\/))?\s*/g, ' '));
}

/** @param own - the document that `passage` stands in, whose sections need no name there */
function wrongIn(passage: string, own: string | undefined, documents: Citable): readonly string[] {
  let current = own;
  return [...passage.matchAll(CITATIONS)].flatMap(({ 0: cited, groups = {} }) => {
    current = groups['own']?.toLowerCase() ?? groups['published'] ?? current;
    const reason = fault(groups, current, documents);
    return reason === undefined ? [] : [`"${cited}" ${reason}`];
  });
}

/** Why a citation is wrong, if it is. @param document - the one that was named last */
function fault(
  groups: Readonly<Record<string, string | undefined>>,
  document: string | undefined,
  { sections, traps, decisions }: Citable,
): string | undefined {
  const { section = groups['bare'], trap, trapsOf = '', decision } = groups;
  if (groups['vague'] !== undefined) return 'names no document: write rekor-v1 or rekor-v2';
  if (groups['plural'] !== undefined) return 'is more than one: cite each by itself';
  if (trap !== undefined) return known(traps.get(trapsOf.toLowerCase()), trap);
  if (decision !== undefined) return known(decisions, decision);
  if (section === undefined) return undefined;
  if (document === undefined) return 'names no document';
  return DOCUMENTS.has(document) ? known(sections.get(document), section) : undefined;
}

const known = (numbered: ReadonlySet<string> | undefined, number: string): string | undefined => {
  if (numbered === undefined) return 'names no document';
  return numbered.has(number) ? undefined : 'does not exist';
};

/** Code, tests, the YAML of the OpenAPI document, and all pages. */
export function citing(root: string): readonly Source[] {
  const folders = [['.'], ['docs'], ['docs', 'spec'], ['openapi']].map((parts) => posix.join(...parts));
  const paths = folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => /\.(?:md|yaml)$/.test(name))
      .map((name) => posix.join(folder, name)),
  );
  return [...sources(root), ...paths.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))];
}

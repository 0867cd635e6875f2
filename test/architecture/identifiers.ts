import ts from 'typescript';
import type { Source } from './inspect.ts';

/** The words of a name, in lower case: `SearchKeyList`, `searchKeyList` and `SEARCH_KEY_LIST` have the same. */
export const wordsOf = (name: string): readonly string[] =>
  name.split(/_|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/).map((word) => word.toLowerCase());

const spacedNames = new Map<string, string>();

/** The words with a space before, between and after them. Remembered: most identifiers stand in many files. */
function spaced(name: string): string {
  const known = spacedNames.get(name) ?? ` ${wordsOf(name).join(' ')} `;
  spacedNames.set(name, known);
  return known;
}

/** One line for each identifier in `files` that has one of `names` in it, as a whole or as a part. */
export function usesOf(names: readonly string[], files: readonly Source[]): readonly string[] {
  return files.flatMap((file) => {
    // Parsing takes long: most files have none of the names, be it in a comment.
    const found = namesIn(file.text.match(/[A-Za-z_$][\w$]*/g) ?? [], names);
    if (found.length === 0) return [];
    return namesIn(identifiersOf(file), names).map(
      ([identifier, name]) => `${file.path}: ${identifier} has "${name}" in it: the glossary has another name for that`,
    );
  });
}

function namesIn(identifiers: Iterable<string>, names: readonly string[]): readonly (readonly [string, string])[] {
  return [...new Set(identifiers)].flatMap((identifier) =>
    names.filter((name) => spaced(identifier).includes(spaced(name))).map((name) => [identifier, name] as const),
  );
}

function identifiersOf({ path, text }: Source): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) found.push(node.text.replace('#', ''));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return found;
}

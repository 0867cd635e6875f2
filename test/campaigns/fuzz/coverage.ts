import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/*
 * Counts which branches of the project's parsers have been taken, in this thread: each module is changed as it is loaded, so this
 * has to be called before the first of them is imported. No tool that does it installs everywhere (docs/dependencies.md).
 */

/** Branches of all modules together. */
const MOST_BRANCHES = 65_536;
/** Folders whose branches count. */
const WATCHED = /\/(base|merkle|checkpoint|entries|client|storage|server\/http|server\/admission)\/[^?]*\.ts$/;
/** String literals that are taken for words of a format. */
const WORD = /^[\x20-\x7e]{2,40}$/;

export interface Coverage {
  /** Branches that have been taken at least once. */
  taken(): number;
  readonly branches: () => number;
  /** Literals of the modules, which inputs may have to hold. */
  readonly words: Set<string>;
}

/** Name under which the modules find the counters. */
const SHARED_NAME = 'steleFuzzBranches';

export function watchBranches(): Coverage {
  const state = { at: new Uint8Array(MOST_BRANCHES), taken: 0 };
  Object.assign(globalThis, { [SHARED_NAME]: state });
  const words = new Set<string>();
  let branches = 0;
  registerHooks({
    load: (url, context, next) => {
      if (!url.startsWith('file:') || !WATCHED.test(url) || url.includes('/node_modules/')) return next(url, context);
      const source = readFileSync(fileURLToPath(url), 'utf8');
      const watched = watchedSource(source, branches, words);
      branches += watched.branches;
      return { format: 'module-typescript', source: watched.text, shortCircuit: true };
    },
  });
  return { taken: () => state.taken, branches: () => branches, words };
}

interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** @param first - number of its first branch */
function watchedSource(source: string, first: number, words: Set<string>) {
  const insertions: Insertion[] = [];
  let branch = first;
  const mark = (): string => {
    const number = branch % MOST_BRANCHES;
    branch += 1;
    return `(__b.at[${number}]||(__b.at[${number}]=1,__b.taken++))`;
  };
  const insideBlock = ({ statements }: ts.Block): void =>
    void insertions.push({ at: statements.pos, text: `${mark()};` });
  const before = (node: ts.Expression): void => {
    insertions.push({ at: node.getStart(file), text: `(${mark()},` }, { at: node.end, text: ')' });
  };
  const file = ts.createSourceFile('module.ts', source, ts.ScriptTarget.Latest, true);
  visit(file);
  const text = insertions
    .sort((a, b) => b.at - a.at)
    .reduce((sofar, { at, text: more }) => sofar.slice(0, at) + more + sofar.slice(at), source);
  return { text: `const __b = globalThis.${SHARED_NAME};${text}`, branches: branch - first };

  function visit(node: ts.Node): void {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node)) return;
    if (ts.isStringLiteral(node) && WORD.test(node.text)) words.add(node.text);
    if (ts.isBlock(node)) insideBlock(node);
    else if (ts.isCaseOrDefaultClause(node)) insertions.push({ at: node.statements.pos, text: `${mark()};` });
    else if (ts.isConditionalExpression(node)) [node.whenTrue, node.whenFalse].forEach(before);
    else if (ts.isBinaryExpression(node) && isShort(node.operatorToken.kind)) before(node.right);
    ts.forEachChild(node, visit);
  }
}

const isShort = (kind: ts.SyntaxKind): boolean =>
  kind === ts.SyntaxKind.AmpersandAmpersandToken ||
  kind === ts.SyntaxKind.BarBarToken ||
  kind === ts.SyntaxKind.QuestionQuestionToken;

import { join, relative } from 'node:path';
import ts from 'typescript';

/*
 * Emits JavaScript with declarations and source maps. Imports of `.ts` become imports of `.js`, and so do the modules of
 * threads, which are named by a URL. Types are checked by `npm test`, and not a second time here.
 */

export interface Emission {
  /** Folder of the project. */
  readonly root: string;
  /** Files to begin with; all that they import is emitted too. */
  readonly entries: readonly string[];
  readonly into: string;
}

/** Emits into the same folders below `into`. @throws Error with the compiler's own words */
export function emit({ root, entries, into }: Emission): void {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const program = ts.createProgram({
    rootNames: entries.map((name) => join(root, name)),
    options: {
      ...options,
      noEmit: false,
      noCheck: true,
      allowImportingTsExtensions: false,
      rewriteRelativeImportExtensions: true,
      rootDir: root,
      outDir: into,
      declaration: true,
      sourceMap: true,
      inlineSources: true,
    },
  });
  const stray = program.getSourceFiles().filter((file) => isStray(file, program, root));
  if (stray.length > 0)
    throw new Error(`no file of the package: ${stray.map((file) => relative(root, file.fileName)).join(', ')}`);
  const { diagnostics, emitSkipped } = program.emit(undefined, undefined, undefined, false, {
    before: [renameModules],
    afterDeclarations: [renameImports],
  });
  if (emitSkipped || diagnostics.length > 0)
    throw new Error(
      ts.formatDiagnostics(diagnostics, {
        getCurrentDirectory: () => root,
        getNewLine: () => '\n',
        getCanonicalFileName: (name) => name,
      }),
    );
}

/** Tests, measurements and scripts of the project are no part of the package. */
function isStray(file: ts.SourceFile, program: ts.Program, root: string): boolean {
  if (program.isSourceFileDefaultLibrary(file) || program.isSourceFileFromExternalLibrary(file)) return false;
  return /^(test|testkit|bench|examples)\//.test(relative(root, file.fileName));
}

/**
 * `new URL('./worker.ts', import.meta.url)`, as threads name their modules, and `import('./module.ts')`, which the compiler leaves as it
 * is in a function with `await using`.
 */
const renameModules: ts.TransformerFactory<ts.SourceFile> = (context) => (file) => {
  const visit = (node: ts.Node): ts.Node => {
    const renamed = moduleUrl(node) ?? dynamicImport(node);
    return renamed ?? ts.visitEachChild(node, visit, context);
  };
  return ts.visitEachChild(file, visit, context);
};

/** In declarations the compiler leaves imports as they are. */
const renameImports: ts.TransformerFactory<ts.SourceFile | ts.Bundle> = (context) => (file) => {
  const visit = (node: ts.Node): ts.Node =>
    ts.isStringLiteral(node) && isImport(node)
      ? ts.factory.createStringLiteral(node.text.replace(/\.ts$/, '.js'), true)
      : ts.visitEachChild(node, visit, context);
  return ts.visitEachChild(file, visit, context);
};

/** Types stand between quotes as well, but none of them is a path of TypeScript. */
function isImport({ text }: ts.StringLiteral): boolean {
  return /^\.{1,2}\/.*\.ts$/.test(text);
}

function dynamicImport(node: ts.Node): ts.CallExpression | undefined {
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return undefined;
  const [path] = node.arguments;
  if (path === undefined || !ts.isStringLiteral(path) || !isImport(path)) return undefined;
  const name = ts.factory.createStringLiteral(path.text.replace(/\.ts$/, '.js'), true);
  return ts.factory.updateCallExpression(node, node.expression, undefined, [name]);
}

function moduleUrl(node: ts.Node): ts.NewExpression | undefined {
  if (!ts.isNewExpression(node) || node.expression.getText() !== 'URL') return undefined;
  const [path, ...rest] = node.arguments ?? [];
  if (path === undefined || !ts.isStringLiteral(path) || !path.text.endsWith('.ts')) return undefined;
  const name = ts.factory.createStringLiteral(path.text.replace(/\.ts$/, '.js'), true);
  return ts.factory.updateNewExpression(node, node.expression, undefined, [name, ...rest]);
}

import { stripTypeScriptTypes } from 'node:module';

/** Leaves the types out of a module, as Node does when it runs one. What Node says about that being new is kept to itself. */
export function stripTypes(source: string): string {
  const { emitWarning } = process;
  process.emitWarning = (...[warning, ...rest]: unknown[]) => {
    if (!String(warning).startsWith('stripTypeScriptTypes is an experimental feature'))
      Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}

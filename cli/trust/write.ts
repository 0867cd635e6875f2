import type { ExitCode } from '../frame/exit-codes.ts';
import type { Run } from '../frame/command.ts';
import { writeWhole } from '../state/whole-file.ts';

/** Indented, with a final newline: people read these files, too. */
export function documentText(document: object): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** Writes a document where the command line says, and tells what became of it. @param told - lines for people */
export function writeDocument(
  { output, options }: Pick<Run, 'output'> & { readonly options: { readonly into: string | undefined } },
  json: object,
  document: object,
  told: string,
): ExitCode {
  const text = documentText(document);
  if (options.into === undefined) output.result(json, text);
  else {
    writeWhole(options.into, text, 0o644);
    output.result({ file: options.into, ...json }, `${told}written   ${options.into}\n`);
  }
  return 0;
}

import type { About, Command } from '../frame/command.ts';
import { EXIT_CODES } from '../frame/exit-codes.ts';
import { GLOBAL_OPTIONS } from '../frame/global-options.ts';
import { type OptionTable, valueName } from '../frame/options.ts';
import { usageOf } from './text.ts';
import { TOPICS } from './topics.ts';

/** Returns the manual page of the program, for man(1). */
export function manualPage(commands: readonly Command[]): string {
  return [
    '.TH STELE 1 "" "stele" "User commands"',
    '.SH NAME',
    'stele \\- use, check and run transparency logs',
    '.SH SYNOPSIS',
    '.B stele',
    '.I COMMAND',
    '[OPTION...] [WORD...]',
    '.SH COMMANDS',
    ...commands.flatMap(({ about }) => commandSection(about)),
    '.SH OPTIONS OF EVERY COMMAND',
    ...optionParagraphs(GLOBAL_OPTIONS),
    ...TOPICS.filter(({ name }) => name !== 'exit-codes').flatMap(({ summary, text }) => [
      `.SH ${escaped(summary.toUpperCase())}`,
      ...text.flatMap((paragraph) => ['.PP', escaped(paragraph)]),
    ]),
    '.SH EXIT STATUS',
    ...Object.entries(EXIT_CODES).flatMap(([code, meaning]) => ['.TP', `.B ${code}`, escaped(meaning)]),
    '',
  ].join('\n');
}

function commandSection(about: About): readonly string[] {
  return [
    `.SS ${escaped(usageOf(about))}`,
    ...about.description.flatMap((text) => ['.PP', escaped(text)]),
    ...optionParagraphs(about.options),
    ...about.examples.flatMap(({ line, text }) => [
      '.PP',
      `${escaped(text)}:`,
      '.IP',
      `.B "${escaped(line).replaceAll('"', '""')}"`,
    ]),
  ];
}

function optionParagraphs(table: OptionTable): readonly string[] {
  return Object.entries(table).flatMap(([name, option]) => {
    const value = valueName(option);
    const given = value === undefined ? '' : ` " " "${escaped(value)}"`;
    const variable = option.variable === undefined ? '' : ` (${option.variable})`;
    return ['.TP', `.BI "\\-\\-${escaped(name)}"${given}`, escaped(`${option.summary}${variable}`)];
  });
}

/** A line of roff that means what it says: hyphens are hyphens, and no line is a request. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1');
}

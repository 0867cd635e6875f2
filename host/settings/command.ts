import { helpText, printedSettings } from './help.ts';
import { readEverySetting, type SettingsInput } from './read.ts';
import { type Settings } from './table.ts';

/** A command line, read. */
export type Command =
  | { readonly ask: 'serve'; readonly settings: Settings }
  /** Print the text on standard output, and end with success. */
  | { readonly ask: 'print'; readonly text: string };

/**
 * Reads the command line; help is given to all who ask for it, whatever else is wrong.
 *
 * @param version - of the program
 * @throws SettingsFault naming every fault
 */
export function readCommand(input: SettingsInput, version: string): Command {
  if (input.argv.includes('--help') || input.argv.includes('-h')) {
    return { ask: 'print', text: helpText(input.host.kinds) };
  }
  if (input.argv.includes('--version')) return { ask: 'print', text: `stele ${version}\n` };
  const { settings, readings } = readEverySetting(input);
  return input.argv.includes('--print-settings')
    ? { ask: 'print', text: printedSettings(readings) }
    : { ask: 'serve', settings };
}

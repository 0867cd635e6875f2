import { readCommand } from '../../../host/settings/command.ts';
import { SettingsFault } from '../../../host/settings/failures.ts';
import { readSettings, type SettingsInput } from '../../../host/settings/read.ts';
import { type HostEnvironment } from '../../../host/settings/values/setting.ts';
import { type Settings } from '../../../host/settings/table.ts';

export const host: HostEnvironment = {
  cores: 4,
  terminal: false,
  kinds: [
    { kind: 'hashedrekord', version: '0.0.1' },
    { kind: 'intoto', version: '0.0.1' },
    { kind: 'intoto', version: '0.0.2' },
    { kind: 'dsse', version: '0.0.1' },
  ],
};

/** The sources in a test; the rest is empty. `file` is the text of the only file there is, `stele.yaml`. */
export interface Example {
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly file?: string;
  readonly host?: Partial<HostEnvironment>;
}

export function input(example: Example): SettingsInput {
  return {
    argv: [...(example.argv ?? []), ...(example.file === undefined ? [] : ['--config', 'stele.yaml'])],
    env: example.env ?? {},
    readFile(path) {
      if (path === 'stele.yaml' && example.file !== undefined) return example.file;
      throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), {
        code: 'ENOENT',
        syscall: 'open',
        path,
      });
    },
    host: { ...host, ...example.host },
  };
}

export const settings = (example: Example): Settings => readSettings(input(example));

/** Each fault in a line; no lines if there is none. */
export function faults(example: Example): readonly string[] {
  try {
    readSettings(input(example));
    return [];
  } catch (error) {
    if (error instanceof SettingsFault) return error.message.split('\n');
    throw error;
  }
}

export function printed(example: Example): string {
  const command = readCommand(input(example), '1.2.3');
  return command.ask === 'print' ? command.text : `${command.ask} is not what was asked`;
}

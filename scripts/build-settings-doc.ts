import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { kinds, v2Kinds } from '../entries/kinds/index.ts';
import { defaultWords } from '../host/settings/help.ts';
import { type Setting, settingName, type SettingTable, variableName } from '../host/settings/values/setting.ts';
import { settingGroups } from '../host/settings/table.ts';

/* Writes docs/settings.md from the table of settings; with --check, says whether it is fresh. */

const INTRODUCTION = `<!-- Made by scripts/build-settings-doc.ts. -->

# Settings

Each setting can be given as a flag (\`--max-retrieve 5\` or \`--max-retrieve=5\`), as an environment variable
(\`STELE_MAX_RETRIEVE=5\`), or as a member of one YAML or JSON file (\`max-retrieve: 5\`) that \`--config\` or
\`STELE_CONFIG\` names. A flag beats a variable, a variable beats the file, the file beats the default.

The server starts only if every setting is right, also those that a stronger source hides. It reports all faults at once,
each under the name it was given, and it refuses flags, \`STELE_\` variables and members of the file that it does not know.

\`--print-settings\` prints every value and where it comes from, as a file that \`--config\` takes. \`--help\` prints this page
in short, \`--version\` the version.

In a file, quote what YAML would read otherwise: \`listen: "[::1]:3000"\`. Lists may be written as YAML lists.
`;

function section([title, table]: readonly [string, SettingTable]): string {
  return `## ${title}\n\n${Object.entries(table)
    .map(([property, setting]) => paragraph(property, setting))
    .join('\n')}`;
}

function paragraph(property: string, setting: Setting<unknown>): string {
  const name = settingName(property);
  const earlier = setting.earlierNames.map((one) => `\`--${one}\` and \`${variableName(one)}\``);
  const facts = [
    `- Variable: \`${variableName(name)}\``,
    `- Takes ${setting.type.expects}`,
    `- Default: ${typeof setting.standard === 'string' ? `\`${setting.standard}\`` : escaped(defaultWords(setting))}`,
    ...(earlier.length === 0 ? [] : [`- Earlier names, which are still taken: ${earlier.join(', ')}`]),
  ];
  return `### \`--${name}\`\n\n${setting.about}\n\n${facts.join('\n')}\n`;
}

function escaped(text: string): string {
  return text.replace(/[<>]/g, (bracket) => `\\${bracket}`);
}

const at = new URL('../docs/settings.md', import.meta.url);
const text = [INTRODUCTION, ...Object.entries(settingGroups([...kinds, ...v2Kinds])).map(section)].join('\n');
const page = await format(text, { parser: 'markdown', printWidth: 120 });

if (!process.argv.includes('--check')) await writeFile(at, page);
else if ((await readFile(at, 'utf8').catch(() => '')) !== page) {
  console.error('docs/settings.md is stale: run node scripts/build-settings-doc.ts');
  process.exitCode = 1;
}

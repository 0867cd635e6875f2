import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { COMMANDS } from '../cli/commands/registry.ts';
import type { About } from '../cli/frame/command.ts';
import { EXIT_CODES } from '../cli/frame/exit-codes.ts';
import { GLOBAL_OPTIONS } from '../cli/frame/global-options.ts';
import type { OptionTable } from '../cli/frame/options.ts';
import { optionUsage, usageOf } from '../cli/help/text.ts';
import { TOPICS } from '../cli/help/topics.ts';

/* Writes docs/cli.md from the table of commands; with --check, says whether it is fresh. */

const INTRODUCTION = `<!-- Made by scripts/build-cli-doc.ts. -->

# The command \`stele\`

In a checkout it is \`npm run -s stele -- COMMAND\`, which runs \`cli/main.ts\` on the right Node. \`stele help\` lists the
commands, \`stele COMMAND --help\` and \`stele help TOPIC\` tell about one, \`stele help --man\` makes the manual page, and
\`stele completion bash|zsh|fish\` what a shell needs to complete command lines; all of it from the table that this page is
made from.
`;

function section(about: About): string {
  const members = Object.entries(about.json).map(([name, text]) => `- \`${name}\`: ${escaped(text)}`);
  const examples = about.examples.map(({ line, text }) => `# ${text}\n${line}`).join('\n');
  return [
    `## \`stele ${about.name}\``,
    `${escaped(about.summary)}.`.replace(/^./, (letter) => letter.toUpperCase()),
    `\`\`\`\n${usageOf(about)}\n\`\`\``,
    ...about.description.map(escaped),
    ...(Object.keys(about.options).length === 0 ? [] : [options(about.options)]),
    ...(examples === '' ? [] : [`\`\`\`sh\n${examples}\n\`\`\``]),
    ...(members.length === 0 ? [] : [`With \`--output json\`, beside \`version\`:\n\n${members.join('\n')}`]),
  ].join('\n\n');
}

function options(table: OptionTable): string {
  const rows = Object.entries(table).map(([name, option]) => {
    const variable = option.variable === undefined ? '' : ` (\`${option.variable}\`)`;
    return `- \`${optionUsage(name, option)}\`: ${escaped(option.summary)}${variable}`;
  });
  return rows.join('\n');
}

function escaped(text: string): string {
  return text.replaceAll(/[<>*_|{}[\]$]/g, (mark) => `\\${mark}`);
}

const codes = Object.entries(EXIT_CODES).map(([code, meaning]) => `| ${code} | ${escaped(meaning)} |`);
const topics = TOPICS.filter(({ name }) => name !== 'exit-codes').map(
  ({ summary, text }) =>
    `## ${summary.replace(/^./, (letter) => letter.toUpperCase())}\n\n${text.map(escaped).join('\n\n')}`,
);
const text = [
  INTRODUCTION,
  `## Options of every command\n\n${options(GLOBAL_OPTIONS)}`,
  `## Exit codes\n\n| code | meaning |\n| --- | --- |\n${codes.join('\n')}`,
  ...topics,
  ...COMMANDS.map(({ about }) => section(about)),
].join('\n\n');
const at = new URL('../docs/cli.md', import.meta.url);
const page = await format(text, { parser: 'markdown', printWidth: 120 });

if (!process.argv.includes('--check')) await writeFile(at, page);
else if ((await readFile(at, 'utf8').catch(() => '')) !== page) {
  console.error('docs/cli.md is stale: run node scripts/build-cli-doc.ts');
  process.exitCode = 1;
}

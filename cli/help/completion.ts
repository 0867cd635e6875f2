import type { About, Command } from '../frame/command.ts';
import { GLOBAL_OPTIONS } from '../frame/global-options.ts';
import { type Option, type OptionTable, valueName } from '../frame/options.ts';
import { TOPICS } from './topics.ts';

/*
 * Scripts for shells, from the table of commands: names of commands, their options, the choices of a value, and files or
 * folders where a value is one.
 */

/** Words that an argument of a command may be; undefined if it may be a file. */
function wordsOf(about: About, commands: readonly Command[]): readonly string[] | undefined {
  if (about.name === 'help') return [...commands.map((one) => one.about.name), ...TOPICS.map(({ name }) => name)];
  const [first] = about.arguments;
  if (first === undefined) return [];
  return first.choices ?? (/FILE|FOLDER/.test(first.name) ? undefined : []);
}

function tableOf(about: About): OptionTable {
  return { ...GLOBAL_OPTIONS, ...about.options };
}

const names = (table: OptionTable): string =>
  Object.keys(table)
    .map((name) => `--${name}`)
    .join(' ');

/** Returns the script for bash. It needs nothing of the package bash-completion. */
export function bashCompletion(commands: readonly Command[]): string {
  const list = commands.map(({ about }) => about.name).join(' ');
  const values = [
    ...commands.flatMap(({ about }) => bashValues(about.name, about.options)),
    ...bashValues('*', GLOBAL_OPTIONS),
  ];
  const own = commands.map(({ about }) => {
    const words = wordsOf(about, commands);
    const reply = words === undefined ? '$(compgen -f -- "$cur")' : `$(compgen -W '${words.join(' ')}' -- "$cur")`;
    return `    ${about.name}) options='${names(tableOf(about))}'; words=(${reply}) ;;`;
  });
  return `# bash completion for stele: made by stele completion bash
_stele() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command='' options='' word words
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " ${list} " in *" $word "*) command="$word"; break ;; esac
  done
  case "$command $prev" in
${values.join('\n')}
  esac
  case "$command" in
${own.join('\n')}
    *) options='${names(GLOBAL_OPTIONS)}'; words=($(compgen -W '${list}' -- "$cur")) ;;
  esac
  if [[ "$cur" == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$cur")); else COMPREPLY=("\${words[@]}"); fi
}
complete -o filenames -F _stele stele
`;
}

/** Lines for options with a value, of one command or of all. @param name - of the command, or `*` */
function bashValues(name: string, table: OptionTable): readonly string[] {
  return Object.entries(table).flatMap(([option, spec]) => {
    const made = bashValue(spec);
    return made === undefined ? [] : [`    ${name}\\ --${option}) COMPREPLY=(${made}); return ;;`];
  });
}

/** Undefined for flags. */
function bashValue(option: Option): string | undefined {
  if (option.kind === 'flag') return undefined;
  if (option.kind === 'choice') return `$(compgen -W '${option.choices.join(' ')}' -- "$cur")`;
  if (valueName(option) === 'FOLDER') return '$(compgen -d -- "$cur")';
  return /FILE|KEY/.test(valueName(option) ?? '') ? '$(compgen -f -- "$cur")' : '';
}

/** Returns the script for zsh, a function to autoload. */
export function zshCompletion(commands: readonly Command[]): string {
  const list = commands.map(({ about }) => `    '${about.name}:${zshText(about.summary)}'`);
  const own = commands.map(({ about }) => {
    const words = wordsOf(about, commands);
    const rest = words === undefined ? '*:file:_files' : `*:word:(${words.join(' ')})`;
    const specs = [...Object.entries(tableOf(about)).map(([name, option]) => zshOption(name, option)), `'${rest}'`];
    return `    ${about.name}) _arguments ${specs.join(' ')} ;;`;
  });
  return `#compdef stele
# zsh completion for stele: made by stele completion zsh
_stele() {
  local -a commands
  commands=(
${list.join('\n')}
  )
  local line state
  _arguments -C ${Object.entries(GLOBAL_OPTIONS)
    .map(([name, option]) => zshOption(name, option))
    .join(' ')} '1:command:->command' '*::word:->words'
  case "$state" in
    command) _describe command commands ;;
    words) case "$line[1]" in
${own.join('\n')}
    esac ;;
  esac
}
_stele "$@"
`;
}

function zshOption(name: string, option: Option): string {
  const often = option.kind === 'texts' ? '*' : '';
  const spec = `${often}--${name}[${zshText(option.summary)}]`;
  if (option.kind === 'flag') return `'${spec}'`;
  const value = valueName(option) ?? '';
  if (option.kind === 'choice') return `'${spec}:value:(${option.choices.join(' ')})'`;
  const action = value === 'FOLDER' ? '_files -/' : /FILE|KEY/.test(value) ? '_files' : '';
  return `'${spec}:${zshText(value)}:${action}'`;
}

/** Without what ends a part of a specification. */
function zshText(text: string): string {
  return text.replaceAll(/[':[\]]/g, ' ').trim();
}

/** Returns the script for fish. */
export function fishCompletion(commands: readonly Command[]): string {
  const none = `not __fish_seen_subcommand_from ${commands.map(({ about }) => about.name).join(' ')}`;
  const lines = commands.flatMap(({ about }) => {
    const seen = `-n '__fish_seen_subcommand_from ${about.name}'`;
    const words = wordsOf(about, commands);
    const rest =
      words === undefined
        ? `complete -c stele ${seen} -F`
        : words.length === 0
          ? undefined
          : `complete -c stele ${seen} -a '${words.join(' ')}'`;
    return [
      `complete -c stele -n '${none}' -a ${about.name} -d '${fishText(about.summary)}'`,
      ...(rest === undefined ? [] : [rest]),
      ...Object.entries(about.options).map(([name, option]) => fishOption(name, option, seen)),
    ];
  });
  const global = Object.entries(GLOBAL_OPTIONS).map(([name, option]) => fishOption(name, option, ''));
  return [
    '# fish completion for stele: made by stele completion fish',
    'complete -c stele -f',
    ...global,
    ...lines,
    '',
  ].join('\n');
}

function fishOption(name: string, option: Option, when: string): string {
  const start = `complete -c stele ${when} -l ${name}`.replaceAll(/ +/g, ' ');
  const about = `-d '${fishText(option.summary)}'`;
  if (option.kind === 'flag') return `${start} ${about}`;
  if (option.kind === 'choice') return `${start} -x -a '${option.choices.join(' ')}' ${about}`;
  const value = valueName(option) ?? '';
  if (value === 'FOLDER') return `${start} -x -a '(__fish_complete_directories)' ${about}`;
  return /FILE|KEY/.test(value) ? `${start} -r -F ${about}` : `${start} -x ${about}`;
}

function fishText(text: string): string {
  return text.replaceAll(/['\\]/g, ' ');
}

import type { About } from '../../frame/command.ts';

export const completion = {
  name: 'completion',
  summary: 'print what a shell needs to complete command lines',
  description: ['Prints a script for bash, zsh or fish, made from the same table as the help.'],
  arguments: [{ name: 'SHELL', isRequired: true, isRepeated: false, choices: ['bash', 'zsh', 'fish'] }],
  options: {},
  examples: [
    { line: 'stele completion bash > ~/.local/share/bash-completion/completions/stele', text: 'for bash' },
    { line: 'stele completion zsh > ~/.zfunc/_stele', text: 'for zsh, with ~/.zfunc in fpath' },
    { line: 'stele completion fish > ~/.config/fish/completions/stele.fish', text: 'for fish' },
  ],
  json: { script: 'the script' },
} as const satisfies About;

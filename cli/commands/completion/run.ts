import type { CommandModule } from '../../frame/command.ts';
import { bashCompletion, fishCompletion, zshCompletion } from '../../help/completion.ts';

const MAKERS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

export const run: CommandModule['run'] = async ({ words, commands, output }) => {
  const script = MAKERS[words[0] as keyof typeof MAKERS](commands);
  output.result({ script }, script);
  return 0;
};

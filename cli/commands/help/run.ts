import { UsageFault } from '../../frame/exit-codes.ts';
import type { CommandModule } from '../../frame/command.ts';
import { manualPage } from '../../help/manual.ts';
import { commandHelp, programHelp, topicHelp } from '../../help/text.ts';
import { TOPICS } from '../../help/topics.ts';
import type { help } from './about.ts';

export const run: CommandModule<typeof help.options>['run'] = async ({ options, words, commands, output }) => {
  const text = options.man ? manualPage(commands) : helpOn(words[0], commands);
  output.result({ help: text }, text);
  return 0;
};

/** @throws UsageFault */
function helpOn(word: string | undefined, commands: Parameters<typeof programHelp>[0]): string {
  if (word === undefined) return programHelp(commands);
  const command = commands.find(({ about }) => about.name === word);
  if (command !== undefined) return commandHelp(command.about);
  const topic = TOPICS.find(({ name }) => name === word);
  if (topic !== undefined) return topicHelp(topic);
  throw new UsageFault(
    `there is no help on ${JSON.stringify(word)}: topics are ${TOPICS.map(({ name }) => name).join(', ')}`,
  );
}

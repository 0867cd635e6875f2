import { runServer } from '../../../server/program.ts';
import type { CommandModule } from '../../frame/command.ts';
import type { ExitCode } from '../../frame/exit-codes.ts';

export const run: CommandModule['run'] = async ({ words, machine }) => {
  for (const stream of [machine.stdout, machine.stderr]) stream.removeAllListeners('error'); // a log goes on without a reader
  await runServer(words);
  return (process.exitCode ?? 0) as ExitCode;
};

import { command, type Command } from '../frame/command.ts';
import { checkpoint } from './checkpoint/about.ts';
import { info } from './info/about.ts';

/** Every command, in the order of the help. Its code is loaded when it runs. */
export const COMMANDS: readonly Command[] = [
  command(info, () => import('./info/run.ts')),
  command(checkpoint, () => import('./checkpoint/run.ts')),
];

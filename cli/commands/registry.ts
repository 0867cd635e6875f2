import { command, type Command } from '../frame/command.ts';
import { checkpoint } from './checkpoint/about.ts';
import { info } from './info/about.ts';
import { token } from './token/about.ts';
import { signingConfig } from './signing-config/about.ts';
import { trustConfig } from './trust-config/about.ts';
import { trustRoot } from './trust-root/about.ts';

/** Every command, in the order of the help. Its code is loaded when it runs. */
export const COMMANDS: readonly Command[] = [
  command(info, () => import('./info/run.ts')),
  command(checkpoint, () => import('./checkpoint/run.ts')),
  command(trustRoot, () => import('./trust-root/run.ts')),
  command(signingConfig, () => import('./signing-config/run.ts')),
  command(trustConfig, () => import('./trust-config/run.ts')),
  command(token, () => import('./token/run.ts')),
];

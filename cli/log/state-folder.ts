import type { Run } from '../frame/command.ts';
import { defaultStateFolder } from '../state/default-folder.ts';

/** Returns the folder of pinned keys and heads. */
export function stateFolder({ globals, machine }: Pick<Run, 'globals' | 'machine'>): string {
  return globals.state ?? defaultStateFolder(machine.platform, machine.env);
}

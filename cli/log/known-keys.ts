import type { TrustedKey } from '../../client/trusted-keys.ts';
import type { Run } from '../frame/command.ts';
import { UsageFault } from '../frame/exit-codes.ts';
import { pinnedKeys } from '../state/log-state.ts';
import { namedKeys } from './log-keys.ts';
import { stateFolder } from './state-folder.ts';

/**
 * Keys of logs that are known without asking anybody: those of the command line, or else those that were pinned for the log
 * that it names, or else those that were pinned for any.
 *
 * @throws UsageFault if there are none
 */
export function knownKeys({ globals, machine }: Pick<Run, 'globals' | 'machine'>): readonly TrustedKey[] {
  const given = namedKeys(globals);
  const keys = given.length > 0 ? given : pinnedKeys(stateFolder({ globals, machine }), globals.server);
  if (keys.length > 0) return keys;
  throw new UsageFault('no key of the log is known: give --log-key or --trusted-root, or use the log once before');
}

import type { TrustedKey } from '../../client/trusted-keys.ts';
import type { Run } from '../frame/command.ts';
import { UsageFault } from '../frame/exit-codes.ts';
import { pinnedKeys } from '../state/log-state.ts';
import { namedKeys } from './log-keys.ts';
import { stateFolder } from './state-folder.ts';

/** Keys that something is verified with, and whether nobody was asked for them. */
export interface KnownKeys {
  readonly keys: readonly TrustedKey[];
  readonly isOffline: boolean;
}

/**
 * Keys of logs that are known without asking anybody: those of the command line, or else those that were pinned for the log
 * that it names, or else those that were pinned for any. Where there are none, the log that it names is asked, and its keys
 * are pinned.
 *
 * @throws UsageFault if there are none, and no log is named; Failure of that log
 */
export async function knownKeys(asking: Pick<Run, 'globals' | 'machine' | 'output'>): Promise<KnownKeys> {
  const { globals } = asking;
  const given = namedKeys(globals);
  const keys = given.length > 0 ? given : pinnedKeys(stateFolder(asking), globals.server);
  if (keys.length > 0) return { keys, isOffline: true };
  if (globals.server !== undefined) {
    const { openLog } = await import('./open-log.ts'); // not loaded where nobody has to be asked
    return { keys: (await openLog(asking)).keys, isOffline: false };
  }
  throw new UsageFault('no key of the log is known: give --log-key or --trusted-root, or use the log once before');
}

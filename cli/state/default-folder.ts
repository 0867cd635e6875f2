import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns where programs of this user keep what is not theirs to configure, on this system. */
export function defaultStateFolder(platform: NodeJS.Platform, environment: Environment): string {
  const home = homedir();
  if (platform === 'win32') return join(environment['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'stele');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'stele');
  const xdg = environment['XDG_STATE_HOME'];
  return join(xdg === undefined || xdg === '' ? join(home, '.local', 'state') : xdg, 'stele');
}

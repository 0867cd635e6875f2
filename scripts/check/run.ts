import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Tools that would call home are told not to, and none asks questions. */
const QUIET_ENVIRONMENT = {
  REDOCLY_TELEMETRY: 'off',
  REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
  SCARF_ANALYTICS: 'false',
  NO_UPDATE_NOTIFIER: '1',
};

/** Runs a script on this Node, its output going where ours goes. Resolves to its exit code, or 1 if a signal ended it. */
export async function runNode(command: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, command, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...QUIET_ENVIRONMENT },
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}

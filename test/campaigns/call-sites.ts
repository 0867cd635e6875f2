import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LogFolder, type ServerProcess, startServer } from '../../testkit/server-process.ts';
import { traced } from '../crash/trace.ts';

/** A system call on one file of the log. */
export interface CallSite {
  readonly call: string;
  /** Inside the folder that holds data and heads. */
  readonly path: string;
  /** Times that it was called while it was watched. */
  readonly times: number;
}

/** All that changes a file, or may find that it cannot. */
const CALLS =
  'openat write pwrite64 writev pwritev fsync fdatasync ftruncate fallocate rename renameat2 unlink unlinkat mkdir mkdirat rmdir link linkat'.split(
    ' ',
  );

/** One thread of Node's pool, so that a call is the same one each time. */
const SETTLED = { UV_THREADPOOL_SIZE: '1' };

/** Watches a log from its start to its end. @param work - done with the log in between */
export async function callSites(
  folder: LogFolder,
  work: (server: ServerProcess) => Promise<void>,
): Promise<readonly CallSite[]> {
  {
    await using server = await startServer(folder, { wrapper: traced(folder, { calls: CALLS }), env: SETTLED });
    await work(server);
    await server.stop();
  }
  const times = new Map<string, number>();
  for (const line of readFileSync(join(folder.parent, 'trace.txt'), 'utf8').split('\n')) {
    const site = siteOf(line, folder.parent);
    if (site !== undefined) times.set(site, (times.get(site) ?? 0) + 1);
  }
  return [...times.keys()].sort().map((site) => {
    const [call = '', path = ''] = site.split(' ');
    return { call, path, times: times.get(site) ?? 0 };
  });
}

/** `call path`; undefined for a line that is the end of a call, and for files that are not the log's. */
function siteOf(line: string, parent: string): string | undefined {
  const call = /^\d+ +(\w+)\(/.exec(line)?.[1];
  const at = line.indexOf(`${parent}/data`);
  if (call === undefined || at < 0) return undefined;
  const path = /^[^">,]*/.exec(line.slice(at + parent.length + 1))?.[0];
  return `${call} ${path}`;
}

/** `error=EIO` and the like, as strace takes it. @param when - the call that fails, from 1 on; with a plus all that come later as well */
export interface Injection {
  readonly site: CallSite;
  readonly fault: string;
  readonly when: string;
}

/** Starts a log of which one call fails. @throws Error if it does not start */
export function startFailing(folder: LogFolder, { site, fault, when }: Injection): Promise<ServerProcess> {
  const path = join(folder.parent, site.path);
  const wrapper = traced(folder, { calls: [site.call], inject: `${fault}:when=${when}`, path });
  return startServer(folder, { wrapper, env: SETTLED });
}

/** Whether the call was made, and failed. A process that was killed in it has not returned from it. */
export function wasInjected(folder: LogFolder): boolean {
  return /INJECTED|killed by SIGKILL|^\d+ +\w+\(.*<unfinished/m.test(
    readFileSync(join(folder.parent, 'trace.txt'), 'utf8'),
  );
}

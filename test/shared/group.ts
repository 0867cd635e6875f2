import { setTimeout as sleep } from 'node:timers/promises';
import { foldersIn, type ServerProcess, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { POSTGRES, startPostgres } from '../support/postgres-server.ts';
import { startVersitygw, VERSITYGW } from '../support/s3-server.ts';
import { startStandIn } from '../support/s3-stand-in.ts';

/** A real engine that keeps a list, and how a server finds it. */
export interface ListServer extends AsyncDisposable {
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Engines that are here, by name. */
export const LIST_SERVERS: Readonly<Record<string, () => Promise<ListServer>>> = {
  ...(VERSITYGW !== undefined && {
    versitygw: async () => {
      const server = await startVersitygw();
      return {
        flags: ['--shared', `s3://${server.bucket}/a/log`],
        env: server.env,
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      };
    },
  }),
  ...(POSTGRES !== undefined && {
    PostgreSQL: async () => {
      const server = await startPostgres();
      const flags = ['--shared', server.url, '--shared-standby', 'none'];
      return { flags, env: {}, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
    },
  }),
  'a stand-in': async () => {
    const server = await startStandIn();
    return {
      flags: ['--shared', `s3://${server.bucket}/a/log`],
      env: server.env,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
};

/** Machines of one shared log, each the real server with folders of its own and the same keys. */
export interface Group extends AsyncDisposable {
  /** Those that run, by their numbers. */
  readonly machines: ReadonlyMap<number, ServerProcess>;
  start(number: number): Promise<ServerProcess>;
  kill(number: number): Promise<void>;
  /** The number of the one that leads, by its own word. Waits until there is one. */
  leader(): Promise<number>;
  readonly folder: string;
}

export interface GroupRules {
  readonly lease?: string;
  readonly flags?: readonly string[];
}

export async function openGroup(list: ListServer, { lease = '1500ms', flags = [] }: GroupRules = {}): Promise<Group> {
  const folder = temporaryFolder();
  const machines = new Map<number, ServerProcess>();
  const keys = ['--v1-key', join(folder.parent, 'v1.pem'), '--tile-key', join(folder.parent, 'tile.pem')];
  const all = [...list.flags, ...keys, '--lease', lease, '--origin', 'shared.test', ...flags];
  const start = async (number: number): Promise<ServerProcess> => {
    const place = join(folder.parent, String(number));
    mkdirSync(place, { recursive: true });
    const server = await startServer(foldersIn(place), { flags: all, env: list.env });
    machines.set(number, server);
    return server;
  };
  return {
    machines,
    folder: folder.parent,
    start,
    kill: async (number) => {
      const server = machines.get(number);
      machines.delete(number);
      await server?.kill();
    },
    leader: async () => {
      for (let tries = 0; tries < 600; tries += 1) {
        for (const [number, { base }] of machines) if ((await sharedOf(base))?.role === 'leader') return number;
        await sleep(50);
      }
      throw new Error('no machine leads');
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...machines.values()].map((server) => server.kill()));
      folder[Symbol.dispose]();
    },
  };
}

/** The member `shared` of `/readyz`; undefined where there is no answer. */
export async function sharedOf(
  base: string,
): Promise<{ readonly role: string; readonly record: number; readonly behind: number } | undefined> {
  try {
    const response = await fetch(`${base}/readyz`, { signal: AbortSignal.timeout(1000) });
    const { shared } = (await response.json()) as { readonly shared?: Awaited<ReturnType<typeof sharedOf>> };
    return shared;
  } catch {
    return undefined;
  }
}

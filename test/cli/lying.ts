import { join } from 'node:path';
import { type Alter, type AlteringProxy, openAlteringProxy, type RealAnswer } from '../support/altering-proxy.ts';
import { makeSigner } from '../support/signing.ts';
import { type Ran, stele } from '../support/stele.ts';
import { openUse, type Use } from './use-fixture.ts';

/** A log with some entries, and servers that answer as it does but for some lies. */
export interface Lying extends AsyncDisposable {
  readonly use: Use;
  readonly proxy: AlteringProxy;
  /** Words of the command line that name the keys of the real log. */
  readonly keys: readonly string[];
  /** An artifact, its signature and the key: entry 1. */
  readonly words: readonly string[];
  /** Runs a command against a server that lies, in a state of its own. */
  against(alter: Alter, ...command: readonly string[]): Promise<Ran & { readonly state: string }>;
  /** The real answer to another question. */
  answerOf(path: string, status?: number): Promise<Pick<RealAnswer, 'status' | 'body'>>;
  /** The answer to a search that finds one entry. */
  idsOf(index: number): Promise<Pick<RealAnswer, 'body'>>;
}

export async function openLying(): Promise<Lying> {
  const use = await openUse();
  const proxy = openAlteringProxy(use.server.base);
  const signer = makeSigner();
  const files = ['f1', 'f2', 'f3', 'f4', 'f5'].map((name) => use.signed(name, 'P-256', signer)[0] ?? '');
  for (const file of files) await use.uploaded(file, '--signature', `${file}.sig`, '--key', 'f1.pub');
  const get = (path: string): Promise<Response> => fetch(`${use.server.base}${path}`);
  const textOf = async (path: string): Promise<string> => (await get(path)).text();
  const keys = ['--log-key', await textOf('/api/v1/log/publicKey'), '--log-key', (await textOf('/vkey')).trim()];
  let states = 0;
  return {
    use,
    proxy,
    keys,
    words: ['f1', '--signature', 'f1.sig', '--key', 'f1.pub'],
    against: async (alter, ...command) => {
      const server = await proxy.lying(alter);
      const state = join(use.scratch, `lied-to-${(states += 1)}`);
      const words = [...command, ...keys, '--server', server, '--timeout', '3'];
      return { ...(await stele(words, { env: { STELE_STATE: state }, cwd: use.scratch })), state };
    },
    answerOf: async (path, status = 200) => ({ status, body: Buffer.from(await (await get(path)).arrayBuffer()) }),
    idsOf: async (index) => {
      const answer = (await (await get(`/api/v1/log/entries?logIndex=${index}`)).json()) as object;
      return { body: Buffer.from(JSON.stringify(Object.keys(answer))) };
    },
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]();
      await use[Symbol.asyncDispose]();
    },
  };
}

/** Changes the first match in the answers to some paths. */
export function replacing(path: RegExp, pattern: RegExp, by: string): Alter {
  return (url, { body }) => (path.test(url) ? { body: Buffer.from(body.toString().replace(pattern, by)) } : undefined);
}

/** Answers otherwise to some paths. */
export function answering(path: RegExp, status: number, body: string, headers: Record<string, string> = {}): Alter {
  return (url) => (path.test(url) ? { status, body: Buffer.from(body), headers } : undefined);
}

/** Changes one byte of each answer to some paths. */
export function flipping(path: RegExp, at: number): Alter {
  return (url, { body }) => {
    if (!path.test(url)) return undefined;
    const changed = Buffer.from(body);
    changed[at] = (changed[at] ?? 0) === 0 ? 1 : 0;
    return { body: changed };
  };
}

/** Paths of entries, of Rekor v1. */
export const V1_ENTRIES = /^\/api\/v1\/log\/entries/;

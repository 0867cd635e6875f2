import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { foldersIn, type ServerProcess, startServer } from '../../testkit/server-process.ts';
import { type Ran, stele } from '../support/stele.ts';

/** A folder in which logs are imported. */
export interface Imports extends Disposable {
  readonly scratch: string;
  /** Imports into the folder `data` below `name`. */
  run(name: string, ...words: readonly string[]): Promise<Ran>;
  folder(name: string): string;
  /** Serves what was imported, without the journal and the keys that a log of one's own has. */
  serve(name: string): Promise<ServerProcess>;
}

export function openImports(): Imports {
  const scratch = mkdtempSync(join(tmpdir(), 'stele-import-'));
  const folder = (name: string): string => join(scratch, name, 'data');
  return {
    scratch,
    folder,
    run: (name, ...words) =>
      stele(['import', ...words, '--into', folder(name)], {
        env: { STELE_STATE: join(scratch, name, 'state'), STELE_OUTPUT: 'json' },
      }),
    serve: (name) => startServer(foldersIn(join(scratch, name)), { flags: ['--read-only'] }),
    [Symbol.dispose]: () => rmSync(scratch, { recursive: true, force: true }),
  };
}

/** The answer to a question, without headers that are about the moment. Of bytes their hash. */
export async function answers(base: string, path: string, ask: RequestInit = {}): Promise<unknown> {
  const answer = await fetch(`${base}${path}`, ask);
  const body = Buffer.from(await answer.arrayBuffer());
  const shown = answer.headers.get('content-type') === 'application/octet-stream' ? hash('sha256', body) : String(body);
  return [answer.status, answer.headers.get('content-type'), answer.headers.get('x-stele-complete-to'), shown];
}

export const asking = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

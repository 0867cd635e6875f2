import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Right } from '../../host/access/rights.ts';
import { changeTokens, tokenFile } from '../../host/access/token-file.ts';
import { newToken, tokenHash } from '../../host/access/token-text.ts';
import { type Asking, askOf } from '../support/ask.ts';
import { openTestLog, type TestLog } from '../support/log.ts';

/** A log with an access file. */
export interface PrivateLog extends AsyncDisposable {
  readonly log: TestLog;
  readonly asking: Asking;
  /** The access file. */
  readonly file: string;
  /** Makes a token as `stele token new` does. @param expires - milliseconds since the Unix epoch */
  token(name: string, rights: readonly Right[], expires?: number): Promise<string>;
  revoke(name: string): Promise<void>;
}

let opened = 0;

/** @param beside - folder for the access file, where it names others; it is kept */
export async function openPrivateLog(
  access: string,
  argv: readonly string[] = [],
  beside?: string,
): Promise<PrivateLog> {
  const folder = mkdtempSync(join(tmpdir(), 'stele-access-'));
  const file = join(beside ?? folder, `access-${(opened += 1)}.yaml`);
  writeFileSync(file, access);
  const log = await openTestLog(['--access', file, ...argv]);
  const asking = await askOf(log.app);
  return {
    log,
    asking,
    file,
    async token(name, rights, expires) {
      const text = newToken();
      const record = { name, hash: tokenHash(text), rights, created: Date.now(), expires };
      await changeTokens(tokenFile(log.folder), (tokens) => [...tokens, record]);
      return text;
    },
    revoke: (name) => changeTokens(tokenFile(log.folder), (tokens) => tokens.filter((one) => one.name !== name)),
    async [Symbol.asyncDispose]() {
      await asking[Symbol.asyncDispose]();
      await log.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
export const basic = (token: string) => ({ Authorization: `Basic ${Buffer.from(`user:${token}`).toString('base64')}` });

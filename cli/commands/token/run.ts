import { isRight, type Right, RIGHTS } from '../../../host/access/rights.ts';
import { changeTokens, readTokenFile, tokenFile, type TokenRecord } from '../../../host/access/token-file.ts';
import { newToken, tokenHash } from '../../../host/access/token-text.ts';
import { readTokenUses } from '../../../host/access/tokens.ts';
import { type AdminAct, recordAct } from '../../../host/admin-log/admin-log.ts';
import type { CommandModule, Run } from '../../frame/command.ts';
import { NotFound } from '../../../client/http/failures.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import type { token } from './about.ts';

type TokenRun = Run<(typeof token)['options']>;

const DEFAULT_DATA = './data';

export const run: CommandModule<(typeof token)['options']>['run'] = async (asked) => {
  const data = asked.options.data ?? DEFAULT_DATA;
  const file = tokenFile(data);
  const [action] = asked.words;
  if (action === 'list') return list(asked, file);
  const name = readName(asked);
  if (action === 'new') return make(asked, data, name);
  unused(asked, 'rights', 'expires');
  return action === 'rotate' ? rotate(asked, data, name) : revoke(asked, data, name);
};

/** Changes the tokens once that is in the admin log. @throws TokensRefused, AdminLogBroken */
function change(data: string, act: AdminAct, to: Parameters<typeof changeTokens>[1]): Promise<void> {
  return changeTokens(tokenFile(data), to, async () => void (await recordAct(data, act)));
}

async function make({ options, output }: TokenRun, data: string, name: string): Promise<0> {
  const text = newToken();
  const created = Date.now();
  const record = {
    name,
    hash: tokenHash(text),
    rights: readRights(options.rights),
    created,
    expires: options.expires === undefined ? undefined : endOf(options.expires, created),
  };
  const { rights, expires } = record;
  const details = { name, rights, expires: timeOf(expires) };
  await change(data, { action: 'token-new', details }, (tokens) => {
    if (tokens.some((one) => one.name === name))
      throw new UsageFault(`there is a token ${name} already: rotate it, revoke it, or choose another --name`);
    return [...tokens, record];
  });
  output.result({ token: text }, `${text}\n`);
  return 0;
}

async function rotate({ output }: TokenRun, data: string, name: string): Promise<0> {
  const text = newToken();
  const created = Date.now();
  await change(data, { action: 'token-rotate', details: { name } }, (tokens) =>
    replaced(tokens, name, (old) => [renewed(old, text, created)]),
  );
  output.result({ token: text }, `${text}\n`);
  return 0;
}

/** Returns a token with as much time as the old one had when it was made. */
function renewed(old: TokenRecord, text: string, created: number): TokenRecord {
  const expires = old.expires === undefined ? undefined : created + old.expires - old.created;
  return { ...old, hash: tokenHash(text), created, expires };
}

async function revoke({ output }: TokenRun, data: string, name: string): Promise<0> {
  await change(data, { action: 'token-revoke', details: { name } }, (tokens) => replaced(tokens, name, () => []));
  output.result({ revoked: name }, `revoked ${name}\n`);
  return 0;
}

/** @throws NotFound */
function replaced(
  tokens: readonly TokenRecord[],
  name: string,
  by: (old: TokenRecord) => readonly TokenRecord[],
): readonly TokenRecord[] {
  if (!tokens.some((one) => one.name === name))
    throw new NotFound(`there is no token ${JSON.stringify(name)}: stele token list shows the names`);
  return tokens.flatMap((one) => (one.name === name ? by(one) : [one]));
}

function list(asked: TokenRun, file: string): 0 {
  unused(asked, 'rights', 'expires', 'name');
  const uses = readTokenUses(file);
  const tokens = readTokenFile(file).map(({ name, rights, created, expires, hash }) => ({
    name,
    rights,
    created: timeOf(created),
    expires: timeOf(expires),
    lastUsed: timeOf(uses[hash]),
  }));
  const rows = tokens.map(
    ({ name, rights, expires, lastUsed }) => [name, rights.join(','), expires ?? 'never', lastUsed ?? 'never'] as const,
  );
  asked.output.result({ tokens }, table([['name', 'rights', 'expires', 'last used'], ...rows]));
  return 0;
}

/** RFC 3339, to the second; null where there is none. */
function timeOf(time: number | undefined): string | null {
  return time === undefined ? null : `${new Date(time).toISOString().slice(0, 19)}Z`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<readonly number[]>(
    (widest, row) => row.map((cell, i) => Math.max(cell.length, widest[i] ?? 0)),
    [],
  );
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** @throws UsageFault for a name that is missing or could not stand in a log line */
function readName({ options: { name }, words: [action] }: TokenRun): string {
  if (name === undefined) throw new UsageFault(`token ${action} needs --name`);
  if (/^[A-Za-z0-9][\w.@/-]{0,63}$/.test(name)) return name;
  throw new UsageFault(
    `--name has up to 64 letters, digits and . _ - @ /, a letter or digit first, not ${JSON.stringify(name)}`,
  );
}

/** @throws UsageFault */
function readRights(text: string | undefined): readonly Right[] {
  if (text === undefined) throw new UsageFault(`token new needs --rights: some of ${RIGHTS.join(', ')}`);
  const words = text.split(',').map((word) => word.trim());
  const wrong = words.find((word) => !isRight(word));
  if (wrong !== undefined)
    throw new UsageFault(`--rights has some of ${RIGHTS.join(', ')}, with commas, not ${JSON.stringify(wrong)}`);
  return RIGHTS.filter((right) => words.includes(right));
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** @throws UsageFault */
function endOf(text: string, now: number): number {
  const [, count = '', unit = ''] = /^(\d{1,5})([mhdw])$/.exec(text) ?? [];
  const { [unit]: length } = UNITS;
  const end = length === undefined ? dateOf(text) : now + Number(count) * length;
  if (end > now) return end;
  throw new UsageFault(`--expires is a time to come, such as 90d, 12h or 2027-01-31, not ${JSON.stringify(text)}`);
}

/** NaN for what is no date. */
function dateOf(text: string): number {
  return /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$/.test(text) ? Date.parse(text) : Number.NaN;
}

/** @throws UsageFault for an option that the action does not take */
function unused({ options, words: [action] }: TokenRun, ...names: readonly ('name' | 'rights' | 'expires')[]): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given !== undefined) throw new UsageFault(`token ${action} takes no --${given}`);
}

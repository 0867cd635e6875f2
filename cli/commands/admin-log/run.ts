import { adminLogFile, keepsAdminLog, readAdminLog } from '../../../host/admin-log/admin-log.ts';
import type { AdminLine } from '../../../host/admin-log/lines.ts';
import type { Settings } from '../../../host/settings/table.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import { verifyAdminLog } from '../../operate/admin-log/verify.ts';
import { operation, type Outcome, say } from '../../operate/command.ts';
import type { adminLog } from './about.ts';

export const run = operation<typeof adminLog.options>(
  'go on with the admin log',
  async ({ settings, words: [action], output: { isJson } }) => {
    const { data } = settings;
    if (action === 'verify') return verify(settings, isJson);
    if (!keepsAdminLog(data)) throw new UsageFault(`${noFile(data)}, or its admin log is gone`);
    return list(data, isJson);
  },
);

const noFile = (data: string): string => `there is no ${adminLogFile(data)}: the log is not private`;

async function list(data: string, isJson: boolean): Promise<Outcome> {
  const { lines } = readAdminLog(data);
  if (!isJson) for (const line of lines) say(sentenceOf(line));
  return { json: { lines } };
}

function sentenceOf({ seq, time, by, action, details }: AdminLine): string {
  return `${seq} ${time} ${by} ${action} ${JSON.stringify(details)}`;
}

async function verify({ data, heads }: Settings, isJson: boolean): Promise<Outcome> {
  const found = await verifyAdminLog(data, heads);
  if (!keepsAdminLog(data) && found.missing.length === 0) throw new UsageFault(noFile(data));
  const { lines, isCut, pending, missing } = found;
  if (!isJson) {
    say(`${lines} lines follow each other, and ${found.heads.length} heads of them are in the log`);
    if (pending > 0) say(`${pending} lines at the end have no head in the log yet: a server that runs enters it`);
    if (isCut) say('a line behind them was cut short when its process ended: its act was not done');
    for (const index of missing)
      say(`entry ${index} is the head of lines that are not there: they were removed or changed`);
  }
  return { json: found, isWrong: missing.length > 0 };
}

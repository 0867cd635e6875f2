import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Damaged } from '../../../log/audit/reports.ts';
import { DamagedStore } from '../../../storage/failures.ts';
import { auditFolder } from '../../folder-audit/audit-folder.ts';
import type { Run } from '../../frame/command.ts';
import { CheckFailed, type ExitCode, UsageFault } from '../../frame/exit-codes.ts';
import { settingsOf } from '../../operate/command.ts';
import type { audit } from './about.ts';

/** Audits the folder of a log, offline. @throws CheckFailed for what is damaged first */
export async function auditData({ options, output }: Run<typeof audit.options>): Promise<ExitCode> {
  const { data, heads } = settingsOf(options);
  if (!existsSync(data)) throw new UsageFault(`--data ${data}: there is no such folder`);
  const lines: string[] = [];
  const threads = options.threads ?? availableParallelism();
  try {
    const entries = await auditFolder(data, heads, threads, (line) => lines.push(line));
    output.result({ isSound: true, data, entries }, lines.map((line) => `${line}\n`).join(''));
    return 0;
  } catch (error) {
    if (!(error instanceof Damaged || error instanceof DamagedStore)) throw error;
    output.result({ isSound: false, data, reason: error.message }, '');
    throw new CheckFailed(`damaged: ${error.message}`);
  }
}

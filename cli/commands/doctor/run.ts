import type { CommandModule } from '../../frame/command.ts';
import { timeoutMs } from '../../log/open-log.ts';
import { settingsOf } from '../../operate/command.ts';
import type { doctor } from './about.ts';
import type { Finding } from './finding.ts';
import { folderFindings } from './folder-checks.ts';
import { clock, nodeVersion, reachable, rules, tls } from './machine-checks.ts';

export const run: CommandModule<typeof doctor.options>['run'] = async ({ options, globals, output }) => {
  const settings = settingsOf(options);
  const findings = [
    nodeVersion(process.versions.node),
    clock(settings),
    ...(await folderFindings(settings)),
    ...tls(settings, Date.now()),
    ...rules(settings),
    ...(await reachable(settings, timeoutMs(globals))),
  ];
  const isWell = findings.every(({ isGood }) => isGood);
  output.result({ isWell, findings }, findings.map(lineOf).join(''));
  return isWell ? 0 : 1;
};

function lineOf(finding: Finding): string {
  const { check, isGood, what } = finding;
  return `${isGood ? 'good ' : 'WRONG'}  ${check}: ${what}\n${isGood ? '' : `       do this: ${finding.cure}\n`}`;
}

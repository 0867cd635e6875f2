import type { CommandModule, Run } from '../../frame/command.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import type { audit } from './about.ts';

/** Each of the two kinds of audit loads what it needs: that of a folder the storage engines, that of a log what asks it. */
export const run: CommandModule<typeof audit.options>['run'] = async (asked) => {
  const { options, words } = asked;
  if (options.data === undefined && options.config === undefined) {
    if (options.heads !== undefined) throw new UsageFault('--heads is for an audit of --data FOLDER');
    const { auditLog } = await import('./audit-log.ts');
    return auditLog(asked);
  }
  if (words.length > 0)
    throw new UsageFault(
      `${words[0]}: --${options.data === undefined ? 'config' : 'data'} audits a folder, and no address`,
    );
  requireOfFolders(asked);
  const { auditData } = await import('./audit-data.ts');
  return auditData(asked);
};

/** A policy that a variable names is for the other audits. @throws UsageFault for options that would be left out */
function requireOfFolders({ options, machine }: Run<typeof audit.options>): void {
  const isPolicyGiven = options.policy !== undefined && options.policy !== machine.env['STELE_WITNESS_POLICY'];
  const unused = options.evidence !== undefined ? 'evidence' : isPolicyGiven ? 'policy' : undefined;
  if (unused !== undefined)
    throw new UsageFault(`--${unused} is for the audit of a log at its address, and not for that of a folder`);
}

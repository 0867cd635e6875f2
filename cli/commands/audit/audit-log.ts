import { Failure } from '../../../base/failure.ts';
import type { Fork } from '../../../client/evidence/evidence.ts';
import { verifyFork } from '../../../client/evidence/verify.ts';
import type { Api, LogClient } from '../../../client/http/log-client.ts';
import type { Run } from '../../frame/command.ts';
import { CheckFailed, type ExitCode } from '../../frame/exit-codes.ts';
import { ecdsa } from '../../log/ecdsa.ts';
import { openLog, type OpenedLog } from '../../log/open-log.ts';
import { stateFolder } from '../../log/state-folder.ts';
import { LogStateFile } from '../../state/log-state.ts';
import type { audit } from './about.ts';
import { checkCosignatures, readPolicy } from './cosignatures.ts';
import { writeEvidence } from './evidence-files.ts';
import { auditEntries, type CheckedTree } from './entries.ts';
import { ForkFound } from './full.ts';
import { auditHead, type HeadReport } from './heads.ts';
import { KnownHeads } from './known-heads.ts';
import { type AuditReport, isGood, reportJson, reportText, wrongSentences } from './report.ts';
import { requireOneTree, treesOf } from './trees.ts';

type Asked = Run<typeof audit.options>;

/** Audits a log over HTTP. */
export async function auditLog(asked: Asked): Promise<ExitCode> {
  const { options, words, output } = asked;
  const policy = options.policy === undefined ? undefined : readPolicy(options.policy);
  const log = await openLog(asked, words[0] === undefined ? {} : { server: words[0] });
  const audited = await treesOf(log, (sentence) => output.remark(sentence));
  using held = new DisposableStack();
  const trees: CheckedTree[] = [];
  for (const tree of audited.toSorted((a, b) => (a.head.checkpoint.origin < b.head.checkpoint.origin ? -1 : 1)))
    trees.push({ ...tree, known: held.use(await KnownHeads.open(stateFolder(asked), tree.head.checkpoint.origin)) });

  const heads = await compareAll(asked, log, trees);
  let report: AuditReport = { server: log.base, heads };
  if (!heads.every(isGood)) return tell(asked, log, report);
  try {
    await requireOneTree(log, audited);
    const noted = trees.filter(({ client }) => client.api !== 'rekor-v1');
    if (policy !== undefined)
      report = { ...report, cosigners: noted.flatMap(({ head }) => checkCosignatures(policy, head)) };
    for (const { client, head, known } of trees) {
      known.add(head, log.base);
      await log.follow(client, head);
    }
    if (options.full) report = { ...report, entries: await auditEntries(asked, log, trees) };
  } catch (error) {
    if (error instanceof ForkFound) return tell(asked, log, { ...report, reason: error.message }, [error.fork]);
    throw error;
  }
  return tell(asked, log, report);
}

async function compareAll(asked: Asked, log: OpenedLog, trees: readonly CheckedTree[]): Promise<AuditReport['heads']> {
  const other = new LogStateFile(stateFolder(asked), log.base).read().heads;
  const reports: AuditReport['heads'][number][] = [];
  for (const { client, head, known } of trees) {
    const also = other[head.checkpoint.origin];
    const seen = known.signedBy(log.keys, also === undefined ? [] : [{ note: also, server: log.base }]);
    const report = await auditHead(client, head, seen, (server) => openOther(asked, log, server, client.api));
    reports.push({ api: client.api, ...proved(report, log) });
  }
  return reports;
}

/** Opens the log at another address, by the same API. Undefined if it is the same address, or nothing answers there. */
async function openOther(asked: Asked, log: OpenedLog, server: string, api: Api): Promise<LogClient | undefined> {
  if (server === log.base) return undefined;
  try {
    const globals = { ...asked.globals, token: undefined }; // it is for the log that was named, and for no other server
    const other = await openLog({ ...asked, globals }, { server });
    return [other.client, ...(other.tiles === undefined ? [] : [other.tiles])].find(
      (client) => (client.api === 'rekor-v1') === (api === 'rekor-v1'),
    );
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    asked.output.remark(`${server}, where a larger head was seen, cannot be asked: ${error.message}`);
    return undefined;
  }
}

/** A fork convicts if one key has signed both heads: of a log with several keys that is not said. */
function proved(report: HeadReport, { keys }: OpenedLog): HeadReport {
  const { verdict } = report;
  if (verdict.found !== 'forked' || keys.some((key) => verifyFork(verdict.fork, key, ecdsa).holds)) return report;
  const reason = `the head of ${report.head.checkpoint.size} entries contradicts one that was seen before, and another key has signed it`;
  return { ...report, verdict: { found: 'unproved', reason } };
}

/** Ends an audit: writes the evidence if there is some, and prints what was found. */
function tell(asked: Asked, log: OpenedLog, found: AuditReport, more: readonly Fork[] = []): ExitCode {
  const forks = [...found.heads.flatMap(({ verdict }) => ('fork' in verdict ? verdict.fork : [])), ...more];
  const folder = stateFolder(asked);
  const written = forks.length > 0 && { evidence: writeEvidence(forks, log.keys, folder, asked.options.evidence) };
  const report: AuditReport = { ...found, ...written };
  asked.output.result(reportJson(report), reportText(report));
  const wrong = wrongSentences(report.heads);
  const reasons = report.reason === undefined ? wrong : [...wrong, report.reason];
  if (reasons.length === 0) return 0;
  throw new CheckFailed(`the log at ${log.base} is not sound: ${reasons.join('; ')}`);
}

import { resolve, sep } from 'node:path';
import type { CommandModule, Run } from '../../frame/command.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import { describe, readTrustedLog, signingConfigOf, type TrustedLog, trustedRootOf } from '../../trust/log-files.ts';
import type { TRUST_ROOT_OPTIONS } from '../../trust/options.ts';
import { openTufKey } from '../../trust/tuf-key.ts';
import { hasTufRepository, type TufState, writeTufRepository } from '../../trust/tuf-repository.ts';
import { documentText, writeDocument } from '../../trust/write.ts';

const USUAL_DAYS = 365;

type Options = Run<typeof TRUST_ROOT_OPTIONS>['options'];

export const run: CommandModule<typeof TRUST_ROOT_OPTIONS>['run'] = async (asked) => {
  const { options } = asked;
  const target = tufTarget(options);
  const log = await readTrustedLog(asked);
  const trustedRoot = trustedRootOf(log, options);
  if (target === undefined) return writeDocument(asked, { trustedRoot }, trustedRoot, describe(log));
  const { folder } = target;
  const tuf = publish(target, log, options, documentText(trustedRoot));
  const told = `${describe(log)}tuf       ${folder}: version ${tuf.version}, root ${tuf.rootVersion}, until ${tuf.expires}\n`;
  const json = { trustedRoot, tuf: { folder, ...tuf } };
  if (options.into !== undefined) return writeDocument(asked, json, trustedRoot, told);
  asked.output.result(json, told);
  return 0;
};

interface TufTarget {
  readonly folder: string;
  readonly keyFile: string;
}

/** @throws UsageFault for a repository without a key, or one that would publish it */
function tufTarget({ tuf: folder, 'tuf-key': keyFile }: Options): TufTarget | undefined {
  if (folder === undefined) return undefined;
  if (keyFile === undefined)
    throw new UsageFault('--tuf needs --tuf-key, the file of the key that signs the repository: it is made if need be');
  if (!resolve(keyFile).startsWith(resolve(folder) + sep)) return { folder, keyFile };
  throw new UsageFault(`--tuf-key ${keyFile} is inside of ${folder}, which everyone is to read: keep it elsewhere`);
}

function publish({ folder, keyFile }: TufTarget, log: TrustedLog, options: Options, trustedRoot: string): TufState {
  const key = openTufKey(keyFile, !hasTufRepository(folder));
  const config = documentText(signingConfigOf(log, options));
  const targets = { 'trusted_root.json': trustedRoot, 'signing_config.v0.2.json': config };
  return writeTufRepository(folder, key, targets, { now: Date.now(), days: options['tuf-days'] ?? USUAL_DAYS });
}

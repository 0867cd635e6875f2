import { clientTrustConfig } from '../../../trust/client-trust-config.ts';
import type { CommandModule } from '../../frame/command.ts';
import { describe, readTrustedLog, signingConfigOf, trustedRootOf } from '../../trust/log-files.ts';
import type { TRUST_CONFIG_OPTIONS } from '../../trust/options.ts';
import { writeDocument } from '../../trust/write.ts';

export const run: CommandModule<typeof TRUST_CONFIG_OPTIONS>['run'] = async (asked) => {
  const { options } = asked;
  const log = await readTrustedLog(asked);
  const trustConfig = clientTrustConfig(trustedRootOf(log, options), signingConfigOf(log, options));
  return writeDocument(asked, { trustConfig }, trustConfig, describe(log));
};

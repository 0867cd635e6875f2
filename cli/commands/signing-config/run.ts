import type { CommandModule } from '../../frame/command.ts';
import { readTrustedLog, signingConfigOf } from '../../trust/log-files.ts';
import type { SIGNING_CONFIG_OPTIONS } from '../../trust/options.ts';
import { writeDocument } from '../../trust/write.ts';

export const run: CommandModule<typeof SIGNING_CONFIG_OPTIONS>['run'] = async (asked) => {
  const log = await readTrustedLog(asked);
  const signingConfig = signingConfigOf(log, asked.options);
  const told = signingConfig.rekorTlogUrls.map(
    ({ url, majorApiVersion }) => `log       ${url}, Rekor v${majorApiVersion}\n`,
  );
  return writeDocument(asked, { signingConfig }, signingConfig, told.join(''));
};

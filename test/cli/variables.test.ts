import { expect, it } from 'vitest';
import { COMMANDS } from '../../cli/commands/registry.ts';
import { GLOBAL_OPTIONS } from '../../cli/frame/global-options.ts';
import type { Option } from '../../cli/frame/options.ts';
import { settingGroups } from '../../host/settings/table.ts';
import { COMMAND_VARIABLES } from '../../host/settings/sources.ts';
import { settingName, variableName } from '../../host/settings/values/setting.ts';

it('a server passes over each variable of the command stele that is no setting of its own', () => {
  const tables = [GLOBAL_OPTIONS, ...COMMANDS.map(({ about }) => about.options)];
  const options = tables.flatMap((table) => Object.values<Option>(table));
  const settings = new Set([
    'STELE_CONFIG', // names the file of settings
    ...Object.values(settingGroups([])).flatMap((group) =>
      Object.keys(group).map((name) => variableName(settingName(name))),
    ),
  ]);
  const variables: readonly string[] = options.flatMap(({ variable }) =>
    variable === undefined || settings.has(variable) ? [] : [variable],
  );
  expect(variables.filter((name) => !COMMAND_VARIABLES.has(name))).toEqual([]);
  expect([...COMMAND_VARIABLES].filter((name) => !variables.includes(name))).toEqual([]);
});

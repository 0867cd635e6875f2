import type { About } from '../../frame/command.ts';

export const serve = {
  name: 'serve',
  summary: 'run a log',
  description: [
    'Serves a log until it is told to stop. The first start makes the folder ./data with the keys, and ./data-heads beside it.',
    'All words behind the name are its own; stele serve --help lists every setting.',
  ],
  arguments: [],
  options: {},
  examples: [
    { line: 'stele serve --dev', text: 'a log that forgets everything, to try it' },
    { line: 'stele serve --origin log.example.org --data /var/lib/stele/data', text: 'a log that others will use' },
  ],
  json: {},
  readsAll: true,
} as const satisfies About;

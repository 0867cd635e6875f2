import type { About } from '../../frame/command.ts';
import { PLACE, SERVER_FILES } from '../../operate/place.ts';

export const doctor = {
  name: 'doctor',
  summary: 'look for what is wrong with a log of your own, and say what to do',
  description: [
    'Looks at the versions of Node and of the stored data, who may read the keys and the folder, disk space and the floor below which no entry is taken, the clock, the lock, the head journal, the TLS files, the access and the policy file, and whether --public-url answers. Each finding has its cure. Settings come from flags, STELE_ variables and --config, as for stele serve.',
    'It writes nothing, and reads stored data by the reading interface of its engine alone, so the server may run. It ends with 1 if something is wrong.',
  ],
  arguments: [],
  options: { ...PLACE, ...SERVER_FILES },
  examples: [
    { line: 'stele doctor --data /var/lib/stele/data', text: 'before a start, or beside a server' },
    { line: 'stele doctor --config stele.yaml --output json', text: 'with the settings of a file' },
  ],
  json: {
    isWell: 'whether nothing is wrong',
    findings: 'each with check, isGood, what (a sentence) and, where it is not good, cure',
  },
} as const satisfies About;

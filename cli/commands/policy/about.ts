import type { About } from '../../frame/command.ts';

export const policy = {
  name: 'policy',
  summary: 'try the admission policy of a log',
  description: [
    '"policy test FILE" reads a policy as a server would, and runs the cases that stand in it: it ends with 1 where one fails.',
    '"policy explain ENTRY --policy FILE" says whether an entry would be admitted, and which rule decides. ENTRY is a file with a proposed entry in JSON, as it is sent to Rekor v1 or to Rekor v2.',
  ],
  arguments: [
    { name: 'ACTION', isRequired: true, isRepeated: false, choices: ['test', 'explain'] },
    { name: 'FILE', isRequired: true, isRepeated: false },
  ],
  options: {
    policy: { kind: 'text', value: 'FILE', summary: 'policy file that explains an entry' },
    claims: { kind: 'text', value: 'FILE', summary: 'JSON file with the claims of the sender; none if it is left out' },
  },
  examples: [
    { line: 'stele policy test policy.yaml', text: 'faults with their lines, or the cases that fail' },
    { line: 'stele policy explain entry.json --policy policy.yaml', text: 'which rule decides, and by which facts' },
  ],
  json: {
    rules: 'of test: number of rules',
    cases: 'of test: number of cases',
    failed: 'of test: a sentence for each case that fails',
    admits: 'of explain: whether the entry would be admitted',
    rule: 'of explain: name of the rule that decides, or null for the default',
    facts: 'of explain: the values of entry and certificate that conditions see',
  },
} as const satisfies About;

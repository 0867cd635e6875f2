import type { About } from '../../frame/command.ts';

export const help = {
  name: 'help',
  summary: 'tell about a command or a topic',
  description: [
    'Without a word it lists commands and topics. --man prints the manual page of the whole program for man(1).',
  ],
  arguments: [{ name: 'COMMAND|TOPIC', isRequired: false, isRepeated: false }],
  options: { man: { kind: 'flag', summary: 'the manual page, in roff' } },
  examples: [
    { line: 'stele help upload', text: 'about a command' },
    { line: 'stele help trust', text: 'about a topic' },
    { line: 'stele help --man > stele.1', text: 'make the manual page' },
  ],
  json: { help: 'the text' },
} as const satisfies About;

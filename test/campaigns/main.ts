import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { type Campaign, messageOf } from './campaign.ts';
import { CAMPAIGNS } from './registry.ts';

/* `npm run campaign -- NAME [--rounds N] [--seed S]`: docs/reliability.md says what each does and what came of it last. */

const USAGE = `npm run campaign -- NAME [--rounds N] [--seed S]

Does one kind of fault to real logs again and again, and looks whether what they promised holds. Prints how far it is to
standard error and one line of JSON at the end. The exit status is 1 at the first thing that is not as it must be: with what
was found, where its log was left, and the seed that repeats it.

${Object.entries(CAMPAIGNS)
  .map(
    ([name, { about, rounds }]) => `${name.padEnd(14)} ${about}\n${' '.repeat(15)}at full length: --rounds ${rounds}\n`,
  )
  .join('')}`;

const { values, positionals } = readArguments();
const [name = '', ...others] = positionals;
const campaign = CAMPAIGNS[name];
if (values.help === true) process.stdout.write(USAGE);
else if (campaign === undefined || others.length > 0)
  refuse(`${positionals.join(' ') || 'no campaign'}: expected one name of a campaign`);
else await run(campaign, numberOf('rounds', campaign.rounds), numberOf('seed', Date.now() % 1e6));

async function run(chosen: Campaign, rounds: number, seed: number): Promise<void> {
  const [begun, date, checkedOut] = [performance.now(), new Date().toISOString().slice(0, 10), commit()];
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    const counts = await chosen.run({ rounds, seed, say });
    const seconds = Math.round((performance.now() - begun) / 1000);
    say(`${name}: nothing found in ${rounds} rounds`);
    process.stdout.write(
      `${JSON.stringify({ campaign: name, rounds, ...counts, seed, seconds, date, commit: checkedOut })}\n`,
    );
  } catch (error) {
    say(`FOUND by ${name}: ${messageOf(error)}`);
    process.exit(1); // loads may go on, and servers end with this process
  }
}

/** Reads the words of the command. A fault in them is no finding of a campaign: it ends with 2. */
function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { rounds: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    return refuse(messageOf(error));
  }
}

/** Short hash of what is checked out, with a plus behind it if files differ from it. */
function commit(): string {
  const git = (...words: readonly string[]): string =>
    execFileSync('git', words, { encoding: 'utf8', cwd: import.meta.dirname }).trim();
  return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+');
}

function numberOf(option: 'rounds' | 'seed', unless: number): number {
  const text = values[option];
  if (text !== undefined && !/^\d{1,15}$/.test(text)) refuse(`--${option} ${text}: expected a number`);
  return text === undefined ? unless : Number(text);
}

function refuse(fault: string): never {
  process.stderr.write(`${fault}\n\n${USAGE}`);
  process.exit(2);
}

import { basename } from 'node:path';
import { fails, type Refusal } from '../base/verdict.ts';

/**
 * Runs an example with the arguments that `parameters` names, and prints the line that it returns. If it returns a refusal or
 * throws, or if arguments are missing, it prints the reason to stderr instead, and the process ends with 1.
 */
export async function runExample(
  parameters: string,
  example: (...args: readonly string[]) => Promise<string | Refusal>,
): Promise<void> {
  const [, file = '', ...args] = process.argv;
  const usage = fails(`usage: node examples/${basename(file)} ${parameters}`);
  const isComplete = args.length === parameters.split(' ').length;
  const outcome = isComplete ? await example(...args).catch(refusalOf) : usage;
  if (typeof outcome === 'string') {
    process.stdout.write(`${outcome}\n`);
  } else {
    process.stderr.write(`${outcome.reason}\n`);
    process.exitCode = 1;
  }
}

/** Takes the reason of a failed `fetch` from `cause`. */
function refusalOf(error: unknown): Refusal {
  if (!(error instanceof Error)) return fails(String(error));
  const { message, cause } = error;
  return fails(cause instanceof Error ? `${message}: ${cause.message}` : message);
}

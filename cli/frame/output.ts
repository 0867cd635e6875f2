import type { Machine } from './machine.ts';
import { Progress, type Step } from './progress.ts';

/** Version of everything that `--output json` prints. It grows when a member changes its meaning or goes. */
export const JSON_VERSION = 1;

/** Where a command says something: results on standard output, all else on standard error. */
export class Output {
  readonly isJson: boolean;
  readonly #isQuiet: boolean;
  readonly #machine: Machine;
  readonly #progress: Progress;

  constructor(machine: Machine, { isJson, isQuiet }: { readonly isJson: boolean; readonly isQuiet: boolean }) {
    [this.#machine, this.isJson, this.#isQuiet] = [machine, isJson, isQuiet];
    this.#progress = new Progress(machine, isQuiet);
  }

  /** Prints a result: `json` as an object in one line, behind a `version`, or `text` as it is. */
  result(json: object, text: string): void {
    this.#progress.clear();
    this.#machine.stdout.write(this.isJson ? `${JSON.stringify({ version: JSON_VERSION, ...json })}\n` : text);
  }

  /** Says how far some work is, in one line of a terminal. Not with `--quiet`. */
  progress(step: Step): void {
    this.#progress.show(step);
  }

  /** Tells a person something that is no result. Not with `--quiet`. */
  remark(sentence: string): void {
    if (this.#isQuiet) return;
    this.#progress.clear();
    this.#machine.stderr.write(`stele: ${sentence}\n`);
  }

  /** Tells why something fails. @param more - members of the object that JSON has */
  error(code: string, message: string, more: object = {}): void {
    this.#progress.clear();
    const json = JSON.stringify({ version: JSON_VERSION, error: { code, message, ...more } });
    this.#machine.stderr.write(this.isJson ? `${json}\n` : `stele: ${message}\n`);
  }
}

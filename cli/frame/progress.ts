import type { Machine } from './machine.ts';

/** How far some work is. */
export interface Step {
  readonly done: number;
  /** Undefined while nobody knows. */
  readonly total: number | undefined;
  /** Name of one thing that is counted, in the plural. */
  readonly unit: string;
}

const REDRAW_MS = 100;
const BAR_WIDTH = 24;
const DEFAULT_COLUMNS = 80;
const CLEAR = '\r\u001b[K';

/** One line on a terminal that is written again and again. Nothing anywhere else. */
export class Progress {
  readonly #stream: Machine['stderr'];
  readonly #isShown: boolean;
  #drawn = -Infinity;
  #started: number | undefined;

  constructor({ stderr, env }: Machine, isQuiet: boolean) {
    [this.#stream, this.#isShown] = [stderr, !isQuiet && stderr.isTTY === true && env['TERM'] !== 'dumb'];
  }

  /** Draws at most ten times a second. */
  show(step: Step): void {
    if (!this.#isShown) return;
    const now = performance.now();
    this.#started ??= now;
    if (now - this.#drawn < REDRAW_MS && step.done !== step.total) return;
    this.#drawn = now;
    const line = lineOf(step, (now - this.#started) / 1000);
    const { columns = 0 } = this.#stream; // 0 on terminals without a size
    this.#stream.write(`${CLEAR}${line.slice(0, (columns > 0 ? columns : DEFAULT_COLUMNS) - 1)}`);
  }

  /** Takes the line away, before something else is written or once the work is over. */
  clear(): void {
    if (this.#drawn === -Infinity) return;
    this.#stream.write(CLEAR);
    this.#drawn = -Infinity;
  }
}

function lineOf({ done, total, unit }: Step, seconds: number): string {
  const rate = seconds > 0.5 ? `, ${Math.round(done / seconds)}/s` : '';
  if (total === undefined || total === 0) return `${done} ${unit}${rate}`;
  const filled = Math.floor((BAR_WIDTH * done) / total);
  const bar = `${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}`;
  const left = done > 0 && seconds > 0.5 ? `, ${Math.ceil(((total - done) * seconds) / done)} s left` : '';
  return `[${bar}] ${done}/${total} ${unit}${rate}${left}`;
}

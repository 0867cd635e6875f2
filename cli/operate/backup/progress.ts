/** Milliseconds between two lines. */
const LINE_MS = 5000;

/** Says now and then how far a long command is. @param tell - writes a line */
export class Progress {
  readonly #tell: (line: string) => void;
  #told = performance.now();

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  /** @param entries - so far */
  at(entries: number): void {
    if (performance.now() - this.#told < LINE_MS) return;
    this.#told = performance.now();
    this.#tell(`${entries} entries so far`);
  }
}

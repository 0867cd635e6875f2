/** Order to the thread that fuzzes. */
export interface FuzzOrder {
  readonly inputs: number;
  readonly seed: number;
  /** Numbers of 32 bits: inputs begun, length of the present one, and number of its parser. */
  readonly begun: SharedArrayBuffer;
  /** The present input. */
  readonly current: SharedArrayBuffer;
}

export interface FuzzReport {
  readonly inputs: number;
  readonly parsers: number;
  /** In the modules that were loaded. */
  readonly branches: number;
  readonly taken: number;
  /** Inputs that took a branch first. */
  readonly kept: number;
  /** Bytes of heap at the end beyond those after a quarter of the inputs. */
  readonly grownBytes: number;
  readonly fault: string | undefined;
}

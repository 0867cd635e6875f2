import { Failure } from '../base/failure.ts';
import { fails, type Refusal, type Verdict } from '../base/verdict.ts';

/** A verdict that has a value only where it holds. */
export type Opened<Value> = ({ readonly holds: true } & Value) | Refusal;

/** Returns the verdict of `check`, or why it could not come to one. Errors that are no `Failure` are passed on. */
export function judge<Judged extends Verdict>(check: () => Judged): Judged | Refusal {
  try {
    return check();
  } catch (error) {
    if (error instanceof Failure) return fails(error.message);
    throw error;
  }
}

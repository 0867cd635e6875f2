import { Failure } from '../../base/failure.ts';

/** Refuses a key, certificate or chain that Rekor would not use. The message is Rekor's where Rekor has one. */
export class InvalidKey extends Failure<'key-invalid'> {
  readonly code = 'key-invalid';
}

/** A key that Rekor may read, and that would cost too much here. The message names the limit. */
export class CostlyKey extends InvalidKey {}

/** `value`, unless it is undefined. @throws InvalidKey with `words` */
export function must<T>(value: T | undefined, words: string): T {
  if (value === undefined) throw new InvalidKey(words);
  return value;
}

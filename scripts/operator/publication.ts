import type { Publication } from '../../log/opening.ts';

/** For a log that is opened to be worked on, and shows nothing to anyone: no witness is asked. */
export async function withoutWitnesses(): Promise<Publication> {
  const times = { pause: 0, retry: 0, longest: 0, idle: 0 };
  const [alarm, now] = [() => undefined, () => performance.now()];
  return { mode: 'off', witnesses: undefined, times, timeoutMs: 0, overruled: 0, alarm, now };
}

/** Resolves in a later turn of the event loop, so that long work holds the thread for a few milliseconds at a time. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resume) => setImmediate(resume));
}

const waiting: (() => void)[] = [];

/**
 * As `yieldToEventLoop`, for work that anyone may ask for: of all callers that wait one goes on in each turn of the event
 * loop, so that many of them together hold the thread no longer than one.
 *
 * @param gone - aborted once the result is not needed any more
 * @throws the reason of `gone`
 */
export async function ownTurn(gone?: AbortSignal): Promise<void> {
  await new Promise<void>((resume) => {
    if (waiting.push(resume) === 1) setImmediate(next);
  });
  gone?.throwIfAborted();
}

function next(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(next);
}

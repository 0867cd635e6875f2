/**
 * Runs `work` on each item, at most `width` at a time, in the order of the items. Results stand where their items stood. It
 * goes on to the end only as long as none fails; the first failure is thrown once those that had begun are over.
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item, at: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    while (next < items.length && failure === undefined) {
      const at = next;
      next += 1;
      try {
        results[at] = await work(items[at] as Item, at);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  if (failure !== undefined) throw failure.error;
  return results;
}

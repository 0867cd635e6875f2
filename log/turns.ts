/** Lets requests that wait have their turn, so that long work holds the thread for a few milliseconds at a time. */
export function otherWork(): Promise<void> {
  return new Promise((resume) => setImmediate(resume));
}

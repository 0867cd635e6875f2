import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/**
 * Collects this thread's garbage at once. V8 would wait until there are some hundred megabytes of what large bodies leave
 * behind: strings and buffers of their own size, several of each.
 */
export const collectGarbage = runInNewContext('gc') as () => void;

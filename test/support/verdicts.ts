import type { Verdict } from '../../base/verdict.ts';

/** Why what was judged does not hold; undefined if it does. */
export const reasonOf = (verdict: Verdict): string | undefined => (verdict.holds ? undefined : verdict.reason);

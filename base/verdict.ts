/** Whether a signature, proof, cosignature or chain holds, or why it does not. Nothing holds by absence. */
export type Verdict = { readonly holds: true } | { readonly holds: false; readonly reason: string };

export const HOLDS: Verdict = { holds: true };

/** @param reason - for whoever made what was judged to read */
export function fails(reason: string): Verdict {
  return { holds: false, reason };
}

/** Verdict on what nothing has judged. */
export const UNJUDGED = fails('it was not checked');

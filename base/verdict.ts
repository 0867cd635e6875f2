/** Why a signature, proof, cosignature or chain does not hold. */
export interface Refusal {
  readonly holds: false;
  readonly reason: string;
}

/** Whether a signature, proof, cosignature or chain holds, or why it does not. Nothing holds by absence. */
export type Verdict = { readonly holds: true } | Refusal;

export const HOLDS: Verdict = { holds: true };

/** @param reason - for whoever made what was judged to read */
export function fails(reason: string): Refusal {
  return { holds: false, reason };
}

/** Verdict on what nothing has judged. */
export const UNJUDGED_VERDICT: Verdict = fails('it was not checked');

/** Result of one check. */
export type Finding =
  | { readonly check: string; readonly isGood: true; readonly what: string }
  | { readonly check: string; readonly isGood: false; readonly what: string; readonly cure: string };

export const good = (check: string, what: string): Finding => ({ check, isGood: true, what });

/** @param cure - says what to do, without a full stop */
export const bad = (check: string, what: string, cure: string): Finding => ({ check, isGood: false, what, cure });

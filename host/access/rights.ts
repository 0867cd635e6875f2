/** Every right, in the order in which documents list them. */
export const RIGHTS = ['submit', 'read', 'search', 'audit', 'admin'] as const;

/**
 * A right: to add entries, to read them, to search for them, to audit the tree (heads, proofs and tiles: hashes alone), or to
 * see how the server does and to change who may do what.
 */
export type Right = (typeof RIGHTS)[number];

/** Rights of everyone where no access file says otherwise: all but `admin`. */
export const PUBLIC_RIGHTS: ReadonlySet<Right> = new Set(['submit', 'read', 'search', 'audit'] as const);

/** Whether a text names a right. */
export function isRight(text: string): text is Right {
  return (RIGHTS as readonly string[]).includes(text);
}

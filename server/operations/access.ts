import type { Request } from 'express';

/** A right: to add entries, to read them, to search for them, or to audit the tree (hashes alone). */
export type Right = 'submit' | 'read' | 'search' | 'audit';

/** The right that an operation needs; `anyone` for what is answered without one: probes, keys, witnessing, pages. */
export type Access = Right | 'anyone';

/** The sender of a request, as far as the log knows it. */
export interface Principal {
  readonly name: string;
  readonly rights: ReadonlySet<Right>;
}

const ANONYMOUS_PRINCIPAL: Principal = {
  name: 'anonymous',
  rights: new Set<Right>(['submit', 'read', 'search', 'audit']),
};

/**
 * Finds out who sends a request. The place for credentials: so far none is looked at, and every sender is anonymous.
 */
export function authenticate(_request: Request): Principal {
  return ANONYMOUS_PRINCIPAL;
}

/**
 * Lets a principal pass that has the right. So far every one has; a refusal will be a failure with a row of its own.
 *
 * @throws Error if it has not
 */
export function authorise({ name, rights }: Principal, access: Access): void {
  if (access !== 'anyone' && !rights.has(access)) throw new Error(`${name} has no right to ${access}`);
}

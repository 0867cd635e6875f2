import type { IncomingMessage } from 'node:http';
import { Forbidden, Unauthenticated } from './failures.ts';
import { type Access, ANONYMOUS_NAME, type Principal, PUBLIC_PRINCIPAL } from './principal.ts';

/** Finds out who sends a request, and who may do what. */
export interface Gate {
  /** @throws Unauthenticated for a credential that is not taken, AccessUnavailable */
  authenticate(request: Pick<IncomingMessage, 'headers' | 'socket'>): Principal | Promise<Principal>;
  /** Whether everyone has the right: only then an answer may be cached, and read by the pages of other sites. */
  isPublic(access: Access): boolean;
  /** Whether the metrics need no right. @param isLoopback - whether they are for this machine alone */
  showsMetrics?(isLoopback: boolean): boolean;
  /** Counts a request to add an entry, before it is looked into. @param from - address of who is anonymous @throws QuotaExceeded */
  countRequest?(principal: Principal, from: string, bytes: number): void;
}

/** The gate of a log without an access file: credentials are not looked at. */
export const OPEN_GATE: Gate = {
  authenticate: () => PUBLIC_PRINCIPAL,
  isPublic: (access) => access !== 'admin',
};

/** Lets a principal pass that has the right. @throws Unauthenticated where a credential could help, Forbidden */
export function authorise({ name, rights }: Principal, access: Access): void {
  if (access === 'anyone' || rights.has(access)) return;
  if (name === ANONYMOUS_NAME) throw new Unauthenticated(`this needs a credential with the right ${access}`);
  throw new Forbidden(`${name} lacks the right ${access}`);
}

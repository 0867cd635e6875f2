import type { IncomingMessage } from 'node:http';
import type { AccessRules } from '../../host/access/access-file.ts';
import type { TokenFound } from '../../host/access/tokens.ts';
import { readCredential } from './credentials.ts';
import { AccessUnavailable, Forbidden, Unauthenticated } from './failures.ts';
import { type Access, type Principal, PUBLIC_PRINCIPAL } from './principal.ts';

/** Finds out who sends a request, and who may do what. */
export interface Gate {
  /** @throws Unauthenticated for a credential that is not taken, AccessUnavailable */
  authenticate(request: Pick<IncomingMessage, 'headers' | 'socket'>): Principal | Promise<Principal>;
  /** Whether everyone has the right: only then an answer may be cached, and read by the pages of other sites. */
  isPublic(access: Access): boolean;
}

/** The gate of a log without an access file: credentials are not looked at. */
export const OPEN_GATE: Gate = {
  authenticate: () => PUBLIC_PRINCIPAL,
  isPublic: (access) => access !== 'admin',
};

export interface GateParts {
  /** The access file, as it was read last. */
  readonly rules: () => AccessRules;
  /** @throws what keeps tokens from being read */
  readonly findToken: (text: string) => TokenFound;
  /** Told what keeps credentials from being checked. */
  readonly failed: (error: unknown) => void;
}

/** A gate that lets in by an access file. */
export function gateOf({ rules, findToken, failed }: GateParts): Gate {
  return {
    authenticate({ headers }) {
      const { anonymous, tokens } = rules();
      const credential = readCredential(headers.authorization);
      if (credential === undefined) return { name: 'anonymous', rights: anonymous };
      if (!tokens) throw new Unauthenticated('this log takes no credentials');
      const { name, rights } = holderOf(() => findToken(credential.text), failed);
      return { name, rights: new Set([...anonymous, ...rights]) };
    },
    isPublic: (access) => access === 'anyone' || rules().anonymous.has(access),
  };
}

/** @throws Unauthenticated, AccessUnavailable */
function holderOf(find: () => TokenFound, failed: (error: unknown) => void): Principal {
  const found = foundOr(find, failed);
  switch (found.is) {
    case 'valid':
      return { name: `token ${found.token.name}`, rights: new Set(found.token.rights) };
    case 'malformed':
      throw new Unauthenticated('the credential is no token: it was cut or mistyped');
    case 'unknown':
      throw new Unauthenticated('the token is not known, or was revoked');
    case 'expired':
      throw new Unauthenticated('the token has expired');
  }
}

function foundOr(find: () => TokenFound, failed: (error: unknown) => void): TokenFound {
  try {
    return find();
  } catch (error) {
    failed(error);
    throw new AccessUnavailable('tokens cannot be checked now');
  }
}

/** Lets a principal pass that has the right. @throws Unauthenticated where a credential could help, Forbidden */
export function authorise({ name, rights }: Principal, access: Access): void {
  if (access === 'anyone' || rights.has(access)) return;
  if (name === 'anonymous') throw new Unauthenticated(`this needs a credential with the right ${access}`);
  throw new Forbidden(`${name} lacks the right ${access}`);
}

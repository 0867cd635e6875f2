import { AccessControl } from '../../host/access/access-control.ts';
import type { AccessRules } from '../../host/access/access-file.ts';
import type { FileDigests, Reread } from '../../host/access/file-digests.ts';
import type { Grants } from '../../host/access/grants.ts';
import type { TokenFound } from '../../host/access/tokens.ts';
import { ClientCertificates } from './client-certificates.ts';
import { readCredential } from './credentials.ts';
import { AccessUnavailable, Unauthenticated } from './failures.ts';
import { type EntryJudge, readFacts } from './entry-judge.ts';
import type { Gate } from './gate.ts';
import { OidcTokens } from './oidc-tokens.ts';
import { QuotaMeter } from './quota-meter.ts';
import { ANONYMOUS_NAME, type Principal } from './principal.ts';

/*
 * The gate of a log that has an access file. Loaded only where there is one: CEL and JOSE take a fifth of a second to start.
 */

export interface AccessGateOptions {
  /** The access file. */
  readonly file: string;
  readonly data: string;
  /** Whether nothing may be written into the data folder. */
  readonly readOnly: boolean;
  /** Whether an address is of a proxy whose word is taken. */
  readonly isProxy: (address: string) => boolean;
  /** Whether clients speak TLS with the server itself. */
  readonly servesTls: boolean;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Milliseconds since the Unix epoch. */
  readonly time: () => number;
  readonly warn: (sentence: string) => void;
  readonly failed: (message: string, error: unknown) => void;
}

/** A gate that can be given another file. It judges entries too: by the quotas of the identities in them. */
export interface AccessGate extends Gate, EntryJudge, Disposable {
  /** Of the access file that is in force. */
  readonly digests: FileDigests;
  /** Reads the access file again. @throws FileRefused, and the rules of before stay in force */
  reread(): Reread;
}

/** @throws FileRefused, or the system's error for a file that cannot be read */
export function openAccessGate({ isProxy, now, time, warn, failed, ...options }: AccessGateOptions): AccessGate {
  const control = new AccessControl({
    ...options,
    now: time,
    failed: (error) => failed('when tokens were used could not be written', error),
  });
  const gate = gateOf({
    rules: () => control.rules,
    findToken: (text) => control.findToken(text),
    oidc: new OidcTokens({ now, time, failed: warn }),
    failed: (error) => failed('tokens cannot be checked, and none is taken', error),
    certificates: new ClientCertificates({ isProxy, time }),
    meter: new QuotaMeter(now, time),
  });
  return {
    ...gate,
    get digests() {
      return control.rules.digests;
    },
    reread: () => control.reread(),
    [Symbol.dispose]: () => control[Symbol.dispose](),
  };
}

interface GateParts {
  /** The access file, as it was read last. */
  readonly rules: () => AccessRules;
  /** @throws what keeps tokens from being read */
  readonly findToken: (text: string) => TokenFound;
  readonly oidc: OidcTokens;
  readonly certificates: ClientCertificates;
  readonly meter: QuotaMeter;
  /** Told what keeps credentials from being checked. */
  readonly failed: (error: unknown) => void;
}

function gateOf(parts: GateParts): Gate & EntryJudge {
  const { rules, meter } = parts;
  return {
    authenticate(request) {
      const { anonymous } = rules();
      const credential = readCredential(request.headers.authorization);
      const holder = credential === undefined ? certificateHolder(request, parts) : holderOf(credential, parts);
      if (holder === undefined) return withAnonymous({ name: ANONYMOUS_NAME, rights: new Set() }, anonymous);
      const admitted = (one: Principal): Principal => withAnonymous(one, anonymous);
      return holder instanceof Promise ? holder.then(admitted) : admitted(holder);
    },
    isPublic: (access) => access === 'anyone' || rules().anonymous.rights.has(access),
    showsMetrics: (isLoopback) => (rules().metrics ?? (isLoopback ? 'anyone' : 'admin')) === 'anyone',
    countRequest({ name }, from, bytes) {
      const { principal } = rules().quotas;
      const who = name === ANONYMOUS_NAME ? from : name; // strangers share no quota
      if (principal !== undefined) meter.take('', [who], principal, bytes);
    },
    judge(entry) {
      const { identity } = rules().quotas;
      if (identity === undefined) return;
      const { identities, fingerprints } = readFacts(entry).entry;
      const names = identities.length > 0 ? identities : fingerprints;
      meter.take('identity ', names, identity, entry.body.length + (entry.attestation?.length ?? 0));
    },
  };
}

/** Adds the rights of everyone. `read` is among them also where only some entries may be read. */
function withAnonymous({ readsIf = [], ...one }: Principal, anonymous: Grants): Principal {
  const rights = new Set([...one.rights, ...anonymous.rights]);
  const conditions = [...readsIf, ...anonymous.readsIf];
  if (rights.has('read') || conditions.length === 0) return { ...one, rights };
  return { ...one, rights: rights.add('read'), readsIf: conditions };
}

/** A certificate counts where there is no other credential: one of the machine may come with all its requests. @throws Unauthenticated */
function certificateHolder(
  request: Parameters<Gate['authenticate']>[0],
  { rules, certificates }: GateParts,
): Principal | undefined {
  const { mtls } = rules();
  return mtls && certificates.find(request, mtls);
}

/** @throws Unauthenticated, AccessUnavailable */
function holderOf(credential: string, { rules, findToken, oidc, failed }: GateParts): Principal | Promise<Principal> {
  const { tokens, issuers } = rules();
  if (issuers.length > 0 && OidcTokens.hasShape(credential)) {
    oidc.use(issuers);
    return oidc.find(credential);
  }
  if (!tokens) throw new Unauthenticated('this log takes no tokens of its own');
  return tokenHolder(() => findToken(credential), failed);
}

/** @throws Unauthenticated, AccessUnavailable */
function tokenHolder(find: () => TokenFound, failed: (error: unknown) => void): Principal {
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

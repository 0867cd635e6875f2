import { hash } from 'node:crypto';
import { decodeJwt, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { LruMap } from '../../base/lru-map.ts';
import type { IssuerRules } from '../../host/access/issuers.ts';
import { grantsBy } from '../../host/access/rights-rules.ts';
import { Unauthenticated } from './failures.ts';
import type { Principal } from './principal.ts';
import { IssuerKeys } from './issuer-keys.ts';

/** Time by which the clocks of issuer and log may differ, in seconds. */
const CLOCK_TOLERANCE_S = 60;
/** Verified tokens that are remembered. */
const KEPT_TOKENS = 10_000;
/** Characters of a subject in a name. */
const MAX_SUBJECT = 200;

export interface OidcOptions {
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** The time of the world, in milliseconds since the Unix epoch. */
  readonly time: () => number;
  /** Told why the keys of an issuer could not be had. */
  readonly failed: (sentence: string) => void;
}

interface Issuer {
  readonly rules: IssuerRules;
  readonly keys: IssuerKeys;
}

interface Verified {
  readonly principal: Principal;
  readonly keys: IssuerKeys;
  /** The keys by which it was verified: when the issuer has others, it is verified again. */
  readonly by: JWTVerifyGetKey | undefined;
  /** Seconds since the Unix epoch. */
  readonly expires: number;
}

/** ID tokens of the issuers of one access file. A token that was verified once is not verified again until it expires, or its issuer changes its keys. */
export class OidcTokens {
  readonly #options: OidcOptions;
  #rules: readonly IssuerRules[] = [];
  #issuers: ReadonlyMap<string, Issuer> = new Map();
  #verified = new LruMap<string, Verified>(KEPT_TOKENS);

  constructor(options: OidcOptions) {
    this.#options = options;
  }

  /** Goes by these rules from now on. Keys of issuers that were there before stay known. */
  use(issuers: readonly IssuerRules[]): void {
    if (issuers === this.#rules) return;
    const { now, failed } = this.#options;
    const keysOf = ({ issuer }: IssuerRules): IssuerKeys =>
      this.#issuers.get(issuer)?.keys ?? new IssuerKeys({ issuer, now, failed });
    this.#issuers = new Map(issuers.map((rules) => [rules.issuer, { rules, keys: keysOf(rules) }]));
    this.#verified = new LruMap(KEPT_TOKENS);
    this.#rules = issuers;
  }

  /** Whether a text has the shape of a JWT: RFC 7519 §3. */
  static hasShape(text: string): boolean {
    return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
  }

  /** Returns who a token is for. @throws Unauthenticated */
  find(text: string): Principal | Promise<Principal> {
    const name = hash('sha256', text, 'hex');
    const known = this.#verified.get(name);
    if (known === undefined || known.keys.current() !== known.by) return this.#verify(text, name);
    if (known.expires + CLOCK_TOLERANCE_S > this.#options.time() / 1000) return known.principal;
    throw new Unauthenticated('the ID token has expired');
  }

  async #verify(text: string, name: string): Promise<Principal> {
    const issuer = this.#issuers.get(issuerIn(text));
    if (issuer === undefined)
      throw new Unauthenticated('the ID token is of an issuer that the access file does not name');
    const verified = this.#verified;
    const { claims, by } = await this.#claims(text, issuer);
    const principal = principalOf(issuer.rules, claims);
    verified.set(name, { principal, keys: issuer.keys, by, expires: claims.exp ?? 0 });
    return principal;
  }

  /** A key that is not known may be a new one: then the issuer is asked. @throws Unauthenticated */
  async #claims(
    text: string,
    { rules, keys }: Issuer,
  ): Promise<Pick<Verified, 'by'> & { readonly claims: JWTPayload }> {
    const by = await keys.known();
    try {
      return { claims: await this.#checked(text, rules, by), by };
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !(await keys.refresh())) throw refusalOf(error);
    }
    const renewed = await keys.known();
    const claims = await this.#checked(text, rules, renewed).catch((error: unknown) => {
      throw refusalOf(error);
    });
    return { claims, by: renewed };
  }

  async #checked(text: string, rules: IssuerRules, key: JWTVerifyGetKey | undefined): Promise<JWTPayload> {
    if (key === undefined) throw new Unauthenticated('the keys of the issuer of the ID token cannot be had now');
    const { payload } = await jwtVerify(text, key, {
      issuer: rules.issuer,
      audience: [...rules.audiences],
      algorithms: [...rules.algorithms],
      clockTolerance: CLOCK_TOLERANCE_S,
      requiredClaims: ['exp', 'sub'],
      currentDate: new Date(this.#options.time()),
    });
    return payload;
  }
}

/** The issuer that a token claims, of which nothing is believed yet. @throws Unauthenticated */
function issuerIn(text: string): string {
  try {
    return decodeJwt(text).iss ?? '';
  } catch {
    throw new Unauthenticated('the credential is neither a token of this log nor an ID token');
  }
}

function principalOf({ issuer, rules }: IssuerRules, claims: JWTPayload): Principal {
  const name = `${String(claims.sub).slice(0, MAX_SUBJECT)} of ${issuer}`;
  return { name, ...grantsBy(rules, { claims }), claims };
}

/** The reason for which a token is not taken, without anything of the token. */
function refusalOf(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return new Unauthenticated('the ID token has expired');
  if (error instanceof errors.JWTClaimValidationFailed)
    return new Unauthenticated(
      `the ID token does not fit: ${error.claim} ${error.reason === 'missing' ? 'is missing' : 'is another'}`,
    );
  if (error instanceof errors.JOSEError)
    return new Unauthenticated('the ID token does not hold: signature, key or algorithm');
  return error;
}

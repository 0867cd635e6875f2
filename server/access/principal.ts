import type { Condition } from '../../host/access/condition.ts';
import type { PolicyPrincipal } from '../../host/access/policy-rules.ts';
import { PUBLIC_RIGHTS, type Right } from '../../host/access/rights.ts';

/** The right that an operation needs; `anyone` for what is answered without one: probes, keys, witnessing. */
export type Access = Right | 'anyone';

/** The sender of a request, as far as the log knows it. */
export interface Principal {
  /** `anonymous`, or the way in and the name: `token ci`. Shown in log lines. */
  readonly name: string;
  readonly rights: ReadonlySet<Right>;
  /** Conditions under which it reads an entry, one of which has to hold; undefined where its rights say it. */
  readonly readsIf?: readonly Condition[];
  /** Claims of its ID token, as the issuer signed them. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Its client certificate, which leads to an authority of the log. */
  readonly certificate?: ClientCertificateFacts;
}

/** The facts of a client certificate that conditions may ask for. */
export interface ClientCertificateFacts {
  readonly dns: readonly string[];
  readonly emails: readonly string[];
  readonly uris: readonly string[];
  /** All subject alternative names. */
  readonly identities: readonly string[];
  /** Common name, or else organization. */
  readonly subject: string;
  readonly issuer: string;
  /** SHA-256 of the certificate, hex. */
  readonly fingerprint: string;
  /** Seconds since the Unix epoch. */
  readonly notAfter: number;
}

/** Returns a principal as conditions see it. */
export function policyPrincipal({ name, rights, claims = {}, certificate }: Principal): PolicyPrincipal {
  const { email, email_verified: isVerified } = claims;
  const own = typeof email === 'string' && (isVerified === true || isVerified === 'true') ? [email] : [];
  return {
    name,
    rights: [...rights],
    claims,
    certificate: { ...certificate },
    identities: [...(certificate?.identities ?? []), ...own],
  };
}

/** Name of who came without a credential. */
export const ANONYMOUS_NAME = 'anonymous';

/** Everyone, in a log without an access file. */
export const PUBLIC_PRINCIPAL: Principal = { name: ANONYMOUS_NAME, rights: PUBLIC_RIGHTS };

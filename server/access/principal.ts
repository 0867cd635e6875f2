import { PUBLIC_RIGHTS, type Right } from '../../host/access/rights.ts';

/** The right that an operation needs; `anyone` for what is answered without one: probes, keys, witnessing. */
export type Access = Right | 'anyone';

/** The sender of a request, as far as the log knows it. */
export interface Principal {
  /** `anonymous`, or the way in and the name: `token ci`. Shown in log lines. */
  readonly name: string;
  readonly rights: ReadonlySet<Right>;
  /** Claims of its ID token, as the issuer signed them. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** Name of who came without a credential. */
export const ANONYMOUS_NAME = 'anonymous';

/** Everyone, in a log without an access file. */
export const PUBLIC_PRINCIPAL: Principal = { name: ANONYMOUS_NAME, rights: PUBLIC_RIGHTS };

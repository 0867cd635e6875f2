import { PUBLIC_RIGHTS, type Right } from '../../host/access/rights.ts';

/** The right that an operation needs; `anyone` for what is answered without one: probes, keys, witnessing. */
export type Access = Right | 'anyone';

/** The sender of a request, as far as the log knows it. */
export interface Principal {
  /** `anonymous`, or the way in and the name: `token ci`. Shown in log lines. */
  readonly name: string;
  readonly rights: ReadonlySet<Right>;
}

/** Everyone, in a log without an access file. */
export const PUBLIC_PRINCIPAL: Principal = { name: 'anonymous', rights: PUBLIC_RIGHTS };

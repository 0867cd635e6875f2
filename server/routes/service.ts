import type { WitnessReport } from '../../witness/contract.ts';
import { json } from '../http/answer.ts';
import type { Handlers } from '../http/operation.ts';

export interface Readiness {
  readonly ready: boolean;
  /** `ok`, or what is wrong, for each part that was asked. Shown to everyone. */
  readonly checks: Readonly<Record<string, string>>;
  /** How each witness of the policy does. Says nothing of whether the log is ready. */
  readonly witnesses?: readonly WitnessReport[];
  /** Lines of the server's own log that could not be written; left out while there are none. */
  readonly droppedLogLines?: number;
  /** Times that something damaged was found in the database since the start; left out while there is none. */
  readonly damagedReads?: number;
}

export interface Health {
  /** Whether requests can be taken and answered. Should resolve within seconds, whatever is wrong. */
  ready(): Promise<Readiness>;
}

/** As Rekor v2 answers `/healthz`: rekor-v2 §1.11. */
export const SERVING = { status: 'SERVING' } as const;

/** Answers probes: Rekor's `/ping`, and the two questions of Kubernetes. */
export function serviceRoutes(health: Health): Pick<Handlers, 'ping' | 'alive' | 'ready'> {
  return {
    async ping() {
      return { status: 200, body: { type: 'text/plain', text: '.' } };
    },
    async alive() {
      return { status: 200, body: json(SERVING) };
    },
    async ready() {
      const readiness = await health.ready();
      const { ready } = readiness;
      const body = json(readiness);
      return ready ? { status: 200, body } : { status: 503, headers: { 'Retry-After': '1' }, body };
    },
  };
}

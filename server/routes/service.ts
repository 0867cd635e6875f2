import type { Health } from '../../host/health.ts';
import { json } from '../http/answer.ts';
import type { Handlers } from '../http/operation.ts';

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

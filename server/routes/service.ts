import { rekorV2 } from '../apis/rekor-v2.ts';
import { json } from '../http/answer.ts';
import { PLAIN_OPERATION } from '../operations/defaults.ts';
import type { Operations } from '../operations/operation.ts';

/** As Rekor v2 answers `/healthz`: rekor-v2 §1.11. */
export const SERVING = { status: 'SERVING' } as const;

/** Answers to probes: Rekor's `/ping`, and the two questions of Kubernetes. */
export const serviceOperations: Pick<Operations, 'ping' | 'alive' | 'ready'> = {
  ping: {
    ...PLAIN_OPERATION,
    route: 'GET /ping',
    access: 'anyone',
    answersHead: true,
    async handle() {
      return { status: 200, body: { type: 'text/plain', text: '.' } };
    },
  },

  alive: {
    ...PLAIN_OPERATION,
    format: rekorV2,
    route: 'GET /healthz',
    access: 'anyone',
    match: 'normalized',
    answersHead: true,
    async handle() {
      return { status: 200, body: json(SERVING) };
    },
  },

  ready: {
    ...PLAIN_OPERATION,
    route: 'GET /readyz',
    access: 'anyone',
    match: 'normalized',
    answersHead: true,
    async handle(_, { health }) {
      const readiness = await health.ready();
      const { ready } = readiness;
      const body = json(readiness);
      return ready ? { status: 200, body } : { status: 503, headers: { 'Retry-After': '1' }, body };
    },
  },
};

import type { IncomingMessage } from 'node:http';
import { plainText } from './apis/plain.ts';
import { authorise, type Gate } from './access/gate.ts';
import type { Answer } from './http/answer.ts';

/** Says who may read the metrics. */
export interface MetricsGuard {
  /** Returns the refusal of a request; undefined for one that is answered. */
  refusal(request: IncomingMessage): Promise<Answer | undefined>;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3})$/i;

const OPENING_ANSWER: Answer = {
  status: 503,
  headers: { 'Retry-After': '1' },
  body: { type: 'text/plain; charset=utf-8', text: 'the log is being opened: try again soon\n' },
};

/** The guard of a log with an access file: what opens the gate does so after the metrics can be asked for. */
export class GatedMetrics implements MetricsGuard {
  readonly #isLoopback: boolean;
  #gate: Gate | undefined;

  /** @param host - that the metrics are served on */
  constructor(host: string) {
    this.#isLoopback = LOOPBACK.test(host);
  }

  open(gate: Gate | undefined): void {
    this.#gate = gate;
  }

  async refusal(request: IncomingMessage): Promise<Answer | undefined> {
    const gate = this.#gate;
    if (gate === undefined) return OPENING_ANSWER;
    if (gate.showsMetrics?.(this.#isLoopback) === true) return undefined;
    try {
      authorise(await gate.authenticate(request), 'admin');
      return undefined;
    } catch (error) {
      const refusal = plainText.renderFailure(error, '');
      if (refusal === undefined) throw error;
      return refusal;
    }
  }
}

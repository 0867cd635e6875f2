import { listenAddress } from './network-values.ts';
import type { ValueType } from './values.ts';

/** Where metrics are served. */
export interface MetricsAddress {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Whether it was asked for: a server does not start where it cannot be bound. */
  readonly isChosen: boolean;
}

const LOOPBACK = '127.0.0.1';

/** The port that Rekor's metrics have, and what is there to collect those expects. */
const STANDARD_ADDRESS: MetricsAddress = { host: LOOPBACK, port: 2112, isChosen: false };

/** Undefined for none. Metrics say much about a log and its machine: without a host they are for this machine alone. */
export const metricsAddress: ValueType<{ readonly address: MetricsAddress | undefined }> = {
  placeholder: 'auto|off|[HOST:]PORT',
  expects: 'auto, off, PORT, HOST:PORT or [IPv6]:PORT, with a port from 0 to 65535',
  parse(text) {
    if (text === 'auto') return { address: STANDARD_ADDRESS };
    if (text === 'off') return { address: undefined };
    const parsed = listenAddress.parse(/^\d+$/.test(text) ? `:${text}` : text);
    return parsed && { address: { host: parsed.host ?? LOOPBACK, port: parsed.port, isChosen: true } };
  },
};

import { headerName, listenAddress, proxies, webAddress } from '../values/network-values.ts';
import { metricsAddress } from '../values/metrics-address.ts';
import { optional, setting } from '../values/setting.ts';
import { choice, duration, onOff, path } from '../values/values.ts';
import { MINUTE } from './units.ts';

export const SERVING = {
  listen: setting(listenAddress, '127.0.0.1:3000', 'Address and port to serve on; without a host, every address.'),
  publicUrl: optional(webAddress, 'Where the world finds the server, if that is not what its requests say.'),
  trustedProxies: setting(
    proxies,
    'none',
    "Proxies whose X-Forwarded-* headers are believed about the client's address.",
  ),
  tlsCert: optional(path, 'PEM file with the certificate chain to serve https with. Needs --tls-key.'),
  tlsKey: optional(path, 'PEM file with the private key of --tls-cert.'),
  pages: setting(
    onOff,
    'on',
    'Whether the log has pages on which people search it, look at entries and heads, and have their browser check them.',
  ),
  requestIdHeader: setting(
    headerName,
    'x-request-id',
    'Request header whose value names the request in the log lines.',
  ),
  shutdownTimeout: setting(
    duration(0, 10 * MINUTE),
    '15s',
    'Time that open requests get to finish when the server is told to stop.',
  ),
  readyWithin: setting(
    duration(0, 10 * MINUTE),
    '5s',
    'Age of the last durable write that /readyz accepts before it makes one of its own.',
  ),
};

export const MONITORING = {
  metricsListen: setting(
    metricsAddress,
    'auto',
    'Address and port to serve GET /metrics on, for Prometheus; without a host, 127.0.0.1. auto is 127.0.0.1:2112, without which the server goes on if another process has it.',
  ),
  metricsCompat: setting(
    choice('none', 'rekor'),
    'none',
    "Whether metrics have Rekor's names beside their own, for dashboards and alerts that were made for Rekor.",
  ),
};

export const LOGGING = {
  logLevel: setting(
    choice('debug', 'info', 'warn', 'error', 'silent'),
    'info',
    'Least important lines that are printed.',
  ),
  logFormat: setting(
    choice('text', 'json'),
    { words: 'text on a terminal, else json', from: ({ terminal }) => (terminal ? 'text' : 'json') },
    'Lines for people, or one JSON object a line.',
  ),
};

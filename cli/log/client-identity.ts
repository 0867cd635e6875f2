import { readInput } from '../files/input.ts';
import { UsageFault } from '../frame/exit-codes.ts';
import type { GlobalValues } from '../frame/global-options.ts';

/** A certificate that shows a log who asks, and its private key: PEM. */
export interface ClientIdentity {
  readonly certificate: string;
  readonly key: string;
}

/** Reads the client certificate of the command line; undefined where there is none. @throws UsageFault */
export function clientIdentity(globals: GlobalValues): ClientIdentity | undefined {
  const [certificate, key] = [globals['client-certificate'], globals['client-key']];
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined)
    throw new UsageFault('--client-certificate and --client-key are given together');
  return {
    certificate: textOf(certificate, `--client-certificate ${certificate}`),
    key: textOf(key, `--client-key ${key}`),
  };
}

function textOf(file: string, what: string): string {
  return new TextDecoder().decode(readInput(file, what));
}

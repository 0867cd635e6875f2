import { setTimeout as sleep } from 'node:timers/promises';
import { Unreachable } from '../../client/http/failures.ts';
import type { Machine } from '../frame/machine.ts';
import { JSON_VERSION } from '../frame/output.ts';
import type { Report } from './look.ts';

/** Brings a report to whoever reads it. Resolves once that is done, and rejects otherwise: then it has to be tried again. */
export type Deliver = (report: Report) => Promise<void>;

/** Writes a line for each report: a text, or JSON. */
export function lines({ stdout }: Pick<Machine, 'stdout'>, origin: string, isJson: boolean): Deliver {
  return (report) =>
    new Promise((resolve, reject) => {
      const line = isJson ? JSON.stringify(reportJson(origin, report)) : reportText(report);
      stdout.write(`${line}\n`, (error) => (error ? reject(error) : resolve()));
    });
}

/** Members of a report in JSON. `id` is the same whenever the entry is told of: a reader drops what it has by it. */
function reportJson(origin: string, report: Report): object {
  return { version: JSON_VERSION, id: `${origin}#${report.logIndex}`, origin, ...report };
}

function reportText(report: Report): string {
  const start = `${report.logIndex} ${report.uuid}`;
  if (report.type === 'unreadable') return `${start} unreadable: ${report.reason}`;
  const found = report.matches.map(({ type, ...values }) => `${type} ${Object.values(values).join(' ')}`);
  return `${start} ${report.kind} ${found.join('; ')}`;
}

/** Milliseconds that a receiver may take. */
const TIMEOUT_MS = 30_000;
const FIRST_PAUSE_MS = 500;

/**
 * Posts each report as JSON to an address.
 *
 * @param tries - times that a report is sent until one of 2xx comes back
 * @param pauseMs - longest pause between two of them
 */
export function webhook(url: string, origin: string, tries: number, pauseMs: number): Deliver {
  return async (report) => {
    const body = JSON.stringify(reportJson(origin, report));
    for (let attempt = 1; ; attempt += 1) {
      const reason = await post(url, body);
      if (reason === undefined) return;
      if (attempt >= tries)
        throw new Unreachable(`${url} has not taken the report on entry ${report.logIndex}: ${reason}`);
      await sleep(Math.min(pauseMs, FIRST_PAUSE_MS * 2 ** (attempt - 1)));
    }
  };
}

/** Undefined once it was taken, or else why not. */
async function post(url: string, body: string): Promise<string | undefined> {
  const headers = { 'content-type': 'application/json', 'user-agent': 'stele' };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    await answer.body?.cancel();
    return answer.ok ? undefined : `it answers ${answer.status}`;
  } catch (error) {
    return error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  }
}

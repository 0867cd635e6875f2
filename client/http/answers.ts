import { brief } from '../../base/brief.ts';
import { parseUtf8 } from '../../base/bytes.ts';
import type { Failure } from '../../base/failure.ts';
import { FalseAnswer, NoLog, NotFound, NotOffered, RefusedByLog, Unreachable } from './failures.ts';
import type { LogEntry, SubmissionForm } from './log-client.ts';
import type { Answer } from './transport.ts';

/** Returns the entry if it is the one that was asked for: one of another artifact, though it is logged, is no answer. @throws FalseAnswer */
export function requireEntry(entry: LogEntry, { uuid }: SubmissionForm, base: string): LogEntry {
  if (entry.uuid === uuid) return entry;
  throw new FalseAnswer(
    `${base} answers with another entry than the one that was sent: ${entry.uuid} instead of ${uuid}`,
  );
}

const REFUSALS: ReadonlySet<number> = new Set([400, 403, 409, 411, 413, 415, 422]);

/** Returns what an answer means that is not the one that was hoped for. @param thing - what was asked for, with an article */
export function statusFailure({ url, status, body }: Answer, thing: string): Failure<string> {
  const reason = reasonIn(body);
  const said = reason === '' ? '' : `: ${reason}`;
  if (status === 404) return new NotFound(`${thing} is not there: ${url} answers 404`);
  if (status === 401)
    return new RefusedByLog(`${url} gives ${thing} to no one without a credential (401)${said}. Give --token`);
  if (REFUSALS.has(status)) return new RefusedByLog(`${url} refuses ${thing} (${status})${said}`);
  if (status === 405 || status === 501) return new NotOffered(`${url} does not offer this (${status})${said}`);
  if (status === 429 || status >= 500) return new Unreachable(`${url} cannot answer now (${status})${said}`);
  return new NoLog(`${url} answers ${status} when it is asked for ${thing}`);
}

/** The words of Rekor v1 (`message`), Rekor v2 (`message`), or a text; not those of a web page. */
function reasonIn(body: Uint8Array): string {
  const text = (parseUtf8(body.subarray(0, 65_536)) ?? '').trim();
  if (text.startsWith('<')) return '';
  try {
    const value = JSON.parse(text) as { readonly message?: unknown } | string | null;
    if (typeof value === 'string') return brief(value);
    return typeof value?.message === 'string' ? longer(value.message) : '';
  } catch {
    return brief(text);
  }
}

/** A log's reasons are worth more room than what strangers send. */
function longer(message: string): string {
  return message.length > 500 ? `${message.slice(0, 500).toWellFormed()}...` : message;
}

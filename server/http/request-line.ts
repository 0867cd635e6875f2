import { randomUUID } from 'node:crypto';
import { withoutTokens } from '../../host/logging/secrets.ts';
import type { Answer } from './answer.ts';

/** A request that is over, and its answer. */
export interface RequestLine {
  /** Sent back to the client as well. */
  readonly requestId: string;
  readonly method: string;
  /** As sent, with its query: at most 512 characters, and without the values of parameters that may be credentials. */
  readonly path: string;
  /** Template of the route; `(none)` if no route took the request. */
  readonly route: string;
  /** 499 if the sender went away before the answer was whole. */
  readonly status: number;
  /** Message of an answer from 400 on: at most 300 characters. */
  readonly reason?: string;
  /** To a tenth of a millisecond. */
  readonly durationMs: number;
  /** Of the body, as far as it was read. */
  readonly bytesIn: number;
  /** Of the body of the answer, also where the sender went away before its end. */
  readonly bytesOut: number;
  readonly remote: string;
  /** Left out for who is anonymous. */
  readonly principal?: string;
}

const MAX_PATH_LENGTH = 512;
const MAX_REASON_LENGTH = 300;
/** Names of query parameters whose values stay out of the log, `apiKey` of Rekor's own clients among them. */
const CREDENTIAL = /([?&][^=&]*(?:key|token|secret|passw|auth|sig|credential)[^=&]*)=[^&]*/gi;

/** Userinfo of a target in absolute form: RFC 3986 §3.2.1. */
const USERINFO = /^(https?:\/\/)[^/?#]*@/i;

export function pathInLog(url: string): string {
  const shown = withoutTokens(url.slice(0, MAX_PATH_LENGTH));
  const local = shown.startsWith('/') ? shown : shown.replace(USERINFO, '$1[withheld]@');
  return local.includes('?') ? local.replaceAll(CREDENTIAL, '$1=[withheld]') : local;
}

/** The message of an error; undefined for an answer below 400, or one without a text. */
export function reasonOf({ status, body }: Answer): string | undefined {
  if (status < 400 || typeof body?.text !== 'string') return undefined;
  const message = body.type === 'application/json' ? messageIn(body.text) : body.text;
  return reasonIn(message);
}

/** Returns a sentence for people as it may stand in a log line. */
export function reasonIn(message: string): string {
  return withoutTokens(message.trim().slice(0, MAX_REASON_LENGTH));
}

/** Answers are made by this server: short, and well-formed. */
function messageIn(text: string): string {
  const value = JSON.parse(text) as { readonly message?: unknown };
  return typeof value.message === 'string' ? value.message : text;
}

const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/** Taken from the request if it can stand in a log line, else made. */
export function requestIdOf(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' && REQUEST_ID.test(header) ? header : randomUUID();
}

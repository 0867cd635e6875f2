import { utf8 } from '../../../base/bytes.ts';
import { Failure } from '../../../base/failure.ts';
import { NotFound, NotOffered, RefusedByLog } from '../../../client/http/failures.ts';
import type { LogEntry, Submission, SubmissionForm } from '../../../client/http/log-client.ts';
import type { Answer, Transport } from '../../../client/http/transport.ts';
import { admitRekorV2, leafHashOf } from '../../entry/admit.ts';
import type { Submitted } from './outbox.ts';
import { renderLogEntry } from './render-entry.ts';
import { headersOf, type WholeReply } from './reply.ts';
import type { Outcome } from './sender.ts';
import type { LogFinder, TrustedLog } from './trusted-log.ts';

/** Paths that take entries. */
export const SUBMIT_PATHS: Readonly<Record<string, keyof Submission>> = {
  '/api/v1/log/entries': 'rekorV1',
  '/api/v2/log/entries': 'rekorV2',
};

/** Returns what sends a submission, and checks what comes back: that it is the entry that was sent, its proof and its head. */
export function submitter(
  finder: LogFinder,
  transport: Transport,
  remark: (sentence: string) => void,
): (submitted: Submitted) => Promise<Outcome> {
  let isTold = false;
  const tell = (sentence: string): void => {
    if (!isTold) remark(sentence);
    isTold = true;
  };
  return async (submitted) => {
    const log = await finder.find();
    const heard = listening(transport, submitted.body);
    const api = SUBMIT_PATHS[submitted.path] ?? 'rekorV1';
    try {
      const form = formOf(api, submitted.body, heard);
      const { rekor, tiles } = log.reading(heard.transport);
      const { entry, isKnown } = await (api === 'rekorV1' ? rekor : tiles).submit({ [api]: form });
      await log.accept(entry.head).catch((error: unknown) => tellUncompared(log, tell, error));
      return { isTaken: true, reply: replyWith(entry, isKnown, api, heard.last(), log) };
    } catch (error) {
      const refusal = refusalIn(error, heard.first(), transport.base);
      if (refusal === undefined) throw error;
      return { isTaken: false, reply: refusal };
    }
  };
}

/** A token that may only submit has no proof between two heads. @throws all other errors */
function tellUncompared(log: TrustedLog, remark: (sentence: string) => void, error: unknown): void {
  if (!log.hidesHeads || !(error instanceof RefusedByLog)) throw error;
  remark(`heads of entries are not compared with the last one: ${error.message}`);
}

interface Listening {
  readonly transport: Transport;
  readonly first: () => Answer | undefined;
  readonly last: () => Answer | undefined;
}

/** A transport that posts the text as the client sent it, and remembers what was answered. */
function listening(transport: Transport, body: string): Listening {
  const answers: Answer[] = [];
  return {
    transport: {
      base: transport.base,
      ask: async (path, ask) => {
        const answer = await transport.ask(path, ask?.method === 'POST' ? { ...ask, body } : ask);
        answers.push(answer);
        return answer;
      },
    },
    first: () => answers[0],
    last: () => answers.at(-1),
  };
}

/** The request is sent as it came, so that its object here is empty. */
function formOf(api: keyof Submission, body: string, heard: Listening): SubmissionForm {
  const wanted = leafHash(api, body);
  return {
    request: {},
    get uuid() {
      return wanted ?? uuidIn(heard.last());
    },
  };
}

/** Undefined for a kind that only its log knows. What cannot be an entry has no leaf hash: no answer is one to it. */
function leafHash(api: keyof Submission, body: string): string | undefined {
  try {
    const request = JSON.parse(body) as object;
    return api === 'rekorV1' ? leafHashOf(request) : admitRekorV2(request).uuid;
  } catch (error) {
    if (error instanceof Failure || error instanceof SyntaxError) return `no entry: ${error.message}`;
    throw error;
  }
}

/** Of a kind that is not known here: the leaf hash that the log says, which its proof is held against. */
function uuidIn(answer: Answer | undefined): string {
  const text = new TextDecoder().decode(answer?.body);
  return /^\s*\{\s*"[0-9a-f]*?([0-9a-f]{64})"/.exec(text)?.[1] ?? '';
}

function replyWith(
  entry: LogEntry,
  isKnown: boolean,
  api: keyof Submission,
  answer: Answer | undefined,
  log: TrustedLog,
): WholeReply {
  if (answer === undefined) throw new Error('an entry comes with an answer');
  if (api === 'rekorV2' && isKnown)
    return { status: 201, headers: JSON_TYPE, body: utf8(renderLogEntry(entry, log.keys)) };
  const base = answer.url.slice(0, answer.url.indexOf('/api/'));
  const id = entry.promise?.entryId;
  const location = api === 'rekorV1' && id !== undefined ? { location: `/api/v1/log/entries/${id}` } : {};
  return { status: 201, headers: { ...headersOf(answer.headers, base), ...location }, body: answer.body };
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** The log's own words where it refuses the submission itself, or has it and shows it not. Not 401, which is about the proxy. */
function refusalIn(error: unknown, first: Answer | undefined, base: string): WholeReply | undefined {
  const isRefusal = error instanceof RefusedByLog || error instanceof NotFound || error instanceof NotOffered;
  if (!isRefusal || first === undefined || first.status < 400 || first.status === 401) return undefined;
  return { status: first.status, headers: headersOf(first.headers, base), body: first.body };
}

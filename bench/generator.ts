import { type Question, requestOf } from './connection.ts';
import { type LoopResult, closedLoop } from './closed-loop.ts';
import { type BodyKind, makeSubmissions } from './submissions.ts';

/*
 * The other side of the wire, a process of its own: what it costs is not counted as the server's, and what it sends
 * is made before the clock runs.
 */

export interface LoopSettings {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Requests a second over all connections; undefined sends each when the last is answered. */
  readonly rate?: number | undefined;
  /** Whether a latency counts from when the request was sent, and not from when it was due. */
  readonly fromSent?: boolean;
  /** Whether a submission that was refused for now (503) is sent again. */
  readonly again?: boolean;
  /** Further lines of the head of each submission, each with its line end. */
  readonly headers?: string;
}

export type Command =
  | { readonly do: 'make'; readonly kind: BodyKind; readonly count: number }
  /** Sends what was made, each once, the last first; what is left is for the next time. */
  | { readonly do: 'submit'; readonly loop: LoopSettings }
  /** Asks these over and over. */
  | { readonly do: 'ask'; readonly loop: LoopSettings; readonly questions: readonly Question[] };

/** Undefined once something was made. */
export type Report = LoopResult | undefined;

let made: Buffer[] = [];

async function perform(command: Command): Promise<Report> {
  switch (command.do) {
    case 'make':
      made = makeSubmissions(command.kind, command.count);
      return undefined;
    case 'submit': {
      const { again = false, headers = '', ...loop } = command.loop;
      const more = Buffer.from(headers);
      const refused = again ? (request: Buffer): void => void made.push(request) : undefined;
      return closedLoop({ ...loop, status: 201, next: () => withHeaders(made.pop(), more), refused });
    }
    case 'ask': {
      const requests = command.questions.map(requestOf);
      let at = 0;
      return closedLoop({ ...command.loop, status: 200, next: () => requests[(at += 1) % requests.length] });
    }
  }
}

/** Puts lines behind the first of a request. */
function withHeaders(request: Buffer | undefined, more: Buffer): Buffer | undefined {
  if (request === undefined || more.length === 0) return request;
  const at = request.indexOf('\r\n') + 2;
  return Buffer.concat([request.subarray(0, at), more, request.subarray(at)]);
}

process.on('message', (command) => {
  perform(command as Command).then(
    (report) => process.send?.({ report }),
    (reason: unknown) => {
      console.error(`the generator: ${String(reason)}`);
      process.exit(1);
    },
  );
});

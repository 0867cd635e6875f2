import { IncomingMessage, type Server, ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { OpenConnections } from './connections.ts';
import type { Answer } from './http/answer.ts';
import { holdBack } from './http/expectation.ts';
import { refusal, UNSUPPORTED_CODING, UNSUPPORTED_VERSION } from './http/message-rules.ts';

/** Node's error for a request that it cannot parse. */
interface ParserError extends Error {
  readonly code?: string;
  /** The bytes that were being read, and where in them the parser stopped. */
  readonly rawPacket?: Buffer;
  readonly bytesParsed?: number;
}

/** Time that the sender has to read the refusal and close, in milliseconds. */
const CLOSING_MS = 1000;

/**
 * Answers what Node refuses by itself, which it does without a body: methods it does not know as the application
 * answers other methods, everything else as Go's net/http does. Earlier requests of the connection are answered first,
 * then it closes.
 */
export function answerUnparsed(server: Server, open: OpenConnections): void {
  const answered = new WeakSet<Socket>();
  server.on('clientError', (error: ParserError, socket: Socket) => {
    if (answered.has(socket)) return; // the parser says it again for every further byte
    answered.add(socket);
    open.afterAnswers(socket, () => {
      if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
      const request = error.code === 'HPE_INVALID_METHOD' ? readUnknownMethod(error, socket) : undefined;
      if (request !== undefined) return serve(server, request);
      const refused = refusalOf(error);
      open.countUnparsed(refused.status);
      refuse(socket, refused);
    });
  });
  // Else Node answers by itself, and the connection does not know of an answer that later ones have to wait for.
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
    server.emit('request', request, response),
  );
  // Else Node has every body sent, also of a request that is refused by its headers.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    holdBack(request, response);
    server.emit('request', request, response);
  });
  // A method for proxies, whose connection Node gives away, without a listener for errors: one that its sender resets would
  // end the process.
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    socket.on('error', () => socket.destroy());
    open.afterAnswers(socket, () => {
      if (!socket.destroyed) serve(server, request);
    });
  });
}

const REFUSALS: Readonly<Record<string, Answer>> = {
  ERR_HTTP_REQUEST_TIMEOUT: refusal(408),
  HPE_HEADER_OVERFLOW: refusal(431),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: refusal(413),
  HPE_INVALID_TRANSFER_ENCODING: UNSUPPORTED_CODING,
  HPE_PAUSED_H2_UPGRADE: UNSUPPORTED_VERSION,
};
const MALFORMED_ANSWER = refusal(400);

function refusalOf({ code = '', rawPacket }: ParserError): Answer {
  const isVersion = code === 'HPE_INVALID_VERSION' && / HTTP\/\d\.\d\r?\n/.test(rawPacket?.toString('latin1') ?? '');
  return isVersion ? UNSUPPORTED_VERSION : (REFUSALS[code] ?? MALFORMED_ANSWER);
}

function refuse(socket: Socket, { status, body }: Answer): void {
  const text = typeof body?.text === 'string' ? body.text : '';
  const type = body?.type ?? '';
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: ${type}\r\nConnection: close\r\n`;
  socket.write(`${head}Content-Length: ${text.length}\r\n\r\n${text}`);
  closeSoon(socket);
}

/** Reads on for a while: to close with bytes unread would reset the connection, and the answer be lost. */
function closeSoon(socket: Socket): void {
  socket.resume().end();
  setTimeout(() => socket.destroy(), CLOSING_MS).unref();
}

/** Gives the application a request that Node gave up, and closes the connection behind the answer. */
function serve(server: Server, request: IncomingMessage): void {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(request.socket);
  response.once('finish', () => closeSoon(request.socket));
  server.emit('request', request, response);
}

/** The head of a request with a method that Node does not know. Undefined if it has not come whole, or is no head. */
function readUnknownMethod({ rawPacket, bytesParsed = 0 }: ParserError, socket: Socket): IncomingMessage | undefined {
  const packet = rawPacket?.toString('latin1') ?? '';
  // The parser stops at the letter with which the method differs from those it knows.
  const before = /[!#$%&'*+.^_`|~\w-]*$/.exec(packet.slice(0, bytesParsed))?.[0] ?? '';
  const start = bytesParsed - before.length;
  const end = packet.indexOf('\r\n\r\n', start);
  return end < 0 ? undefined : readHead(packet.slice(start, end).split('\r\n'), socket);
}

const REQUEST_LINE = /^([!#$%&'*+.^_`|~\w-]{1,64}) (\S+) HTTP\/1\.([01])$/;
const HEADER_LINE = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/;

function readHead([first = '', ...lines]: readonly string[], socket: Socket): IncomingMessage | undefined {
  const [, method, url, minor] = REQUEST_LINE.exec(first) ?? [];
  const fields = lines.map((line) => HEADER_LINE.exec(line)?.slice(1));
  if (method === undefined || fields.includes(undefined)) return undefined;
  const request = new IncomingMessage(socket);
  request.rawHeaders.push(...fields.flatMap((field) => field ?? []));
  const headers = Object.fromEntries(
    fields.toReversed().map((field) => [field?.[0]?.toLowerCase() ?? '', field?.[1] ?? '']), // the first of a name stays
  );
  const version = { httpVersion: `1.${minor}`, httpVersionMajor: 1, httpVersionMinor: Number(minor) };
  request.push(null); // its body is not read: the connection closes behind the answer
  return Object.assign(request, { method, url, headers, ...version, complete: true });
}

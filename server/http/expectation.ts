import type { IncomingMessage, ServerResponse } from 'node:http';

/** Requests whose bodies are held back by their senders, and where the word goes that they wait for. */
const heldBack = new WeakMap<IncomingMessage, ServerResponse>();

/** The sender expects `100 Continue` before it sends the body: RFC 9110 §10.1.1. */
export function holdBack(request: IncomingMessage, response: ServerResponse): void {
  heldBack.set(request, response);
}

/** Whether the sender may still hold the body back. */
export function isHeldBack(request: IncomingMessage): boolean {
  return heldBack.has(request);
}

/** Has the sender send the body, if it holds that back. */
export function askForBody(request: IncomingMessage): void {
  heldBack.get(request)?.writeContinue();
  heldBack.delete(request);
}

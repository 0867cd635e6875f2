import type { Batch, Task } from './wire.ts';

interface Packable {
  readonly task: Task;
  readonly body: Uint8Array;
}

/** Puts requests into one message. A long body is given away, not copied. */
export function packed(id: number, jobs: readonly Packable[]): Batch {
  const lengths = jobs.map(({ body }) => body.length);
  return { id, tasks: jobs.map(({ task }) => task), lengths, bytes: joined(jobs) };
}

/** Small bodies are copied; a large one travels alone, as it is. */
function joined(jobs: readonly Packable[]): Uint8Array<ArrayBuffer> {
  const [first] = jobs;
  if (first !== undefined && jobs.length === 1 && ownsBuffer(first.body)) return first.body;
  const bytes = new Uint8Array(jobs.reduce((sum, { body }) => sum + body.length, 0));
  let at = 0;
  for (const { body } of jobs) {
    bytes.set(body, at);
    at += body.length;
  }
  return bytes;
}

/** Bytes up to which a body is copied, so that it is whole when its thread has ended. */
export const COPIED_BYTES = 64 * 1024;

/** Whether there is nothing else in the body's buffer. Buffers of the size of what a socket gives may be Node's own. */
function ownsBuffer(body: Uint8Array): body is Uint8Array<ArrayBuffer> {
  return body.length > COPIED_BYTES && body.buffer instanceof ArrayBuffer && body.buffer.byteLength === body.length;
}

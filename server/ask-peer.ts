import { Agent, request } from 'node:http';

/** Milliseconds for a whole answer: the machine that leads waits for its store, and for its lease at most. */
const WHOLE_MS = 30_000;

/** Bytes of an answer: a few for each entry, and a sentence for one that is refused. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

const AGENT = new Agent({ keepAlive: true, maxSockets: 16 });

/**
 * Sends a message to another machine of a shared log. What it answers is believed nothing.
 *
 * @param ended - aborted once that machine does not lead any more @throws Error where no whole answer comes in time
 */
export function askPeer(address: string, message: Uint8Array, ended: AbortSignal): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.any([ended, AbortSignal.timeout(WHOLE_MS)]);
    const headers = { 'Content-Type': 'application/octet-stream', 'Content-Length': message.length };
    const asked = request(`http://${address}/place`, { method: 'POST', headers, agent: AGENT, signal });
    asked.on('error', reject);
    asked.on('response', (response) => {
      const pieces: Buffer[] = [];
      let taken = 0;
      response.on('data', (piece: Buffer) => {
        taken += piece.length;
        if (taken > MAX_ANSWER_BYTES) asked.destroy(new Error(`${address} answers too much`));
        else pieces.push(piece);
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200 && response.complete) resolve(Buffer.concat(pieces));
        else reject(new Error(`${address} answered ${response.statusCode}`));
      });
    });
    asked.end(message);
  });
}

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isConsistent, isSigned, keyIdOf, readNote, type ReadNote, type TreeState, vkeyOf } from './witness-math.ts';

/** The answer over the wire. */
export interface WitnessAnswer {
  readonly status: number;
  readonly type?: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that it got. */
export interface WitnessRequest {
  readonly old: bigint;
  readonly proof: readonly string[];
  readonly note: ReadNote;
}

/** Takes the place of what an honest witness does. @param honestly - which may be done all the same */
export type Conduct = (
  honestly: () => WitnessAnswer,
  request: WitnessRequest,
) => WitnessAnswer | Promise<WitnessAnswer>;

const HONEST_CONDUCT: Conduct = (honestly) => honestly();
const SIZE = 'text/x.tlog.size';
/** SHA-256 of nothing. */
const EMPTY_ROOT = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * A witness as c2sp.org/tlog-witness describes it, that shares nothing with the project. It keeps its word over the
 * restarts of whoever asks it; it forgets everything with the test.
 */
export class IndependentWitness {
  readonly vkey: string;
  readonly #name: string;
  readonly #key: KeyObject;
  readonly #raw: Buffer;
  /** vkeys by origin. */
  readonly #logs = new Map<string, string>();
  readonly #heads = new Map<string, TreeState>();
  /** Everything that it was asked, with the status that it answered. */
  readonly asked: (WitnessRequest & { readonly status: number })[] = [];
  conduct: Conduct = HONEST_CONDUCT;
  /** Seconds since the epoch. */
  clock: () => number = () => Math.floor(Date.now() / 1000);

  constructor(name: string) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    this.#name = name;
    this.#key = privateKey;
    this.#raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
    this.vkey = vkeyOf(name, 4, this.#raw);
  }

  behaveWell(): void {
    this.conduct = HONEST_CONDUCT;
  }

  trust(origin: string, vkey: string): void {
    this.#logs.set(origin, vkey.trim());
  }

  /** The head that it cosigned last. */
  last(origin: string): TreeState | undefined {
    return this.#heads.get(origin);
  }

  /** Makes it believe that it cosigned another tree. */
  remember(origin: string, head: TreeState | undefined): void {
    if (head) this.#heads.set(origin, head);
    else this.#heads.delete(origin);
  }

  async answer(body: string): Promise<WitnessAnswer> {
    const request = readRequest(body);
    const answer = await this.conduct(() => this.#judge(request), request);
    this.asked.push({ ...request, status: answer.status });
    return answer;
  }

  /** A signature line, whatever the text is. */
  lineOver(text: string, time: number): string {
    const blob = Buffer.alloc(76);
    blob.write(keyIdOf(this.#name, 4, this.#raw), 'hex');
    blob.writeBigUInt64BE(BigInt(time), 4);
    sign(undefined, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), this.#key).copy(blob, 12);
    return `\u2014 ${this.#name} ${blob.toString('base64')}\n`;
  }

  #judge({ old, proof, note }: WitnessRequest): WitnessAnswer {
    const vkey = this.#logs.get(note.origin);
    if (vkey === undefined) return { status: 404, body: 'unknown origin\n' };
    if (!isSigned(note, vkey)) return { status: 403, body: 'no signature of the log\n' };
    if (old > note.size) return { status: 400, body: 'old is larger\n' };
    const last = this.#heads.get(note.origin) ?? { size: 0n, root: EMPTY_ROOT };
    if (old !== last.size) return { status: 409, type: SIZE, body: `${last.size}\n` };
    const fits = old === 0n ? proof.length === 0 : isConsistent(last, note, proof);
    if (!fits) return { status: 422, body: 'inconsistent\n' };
    this.#heads.set(note.origin, { size: note.size, root: note.root });
    return { status: 200, body: this.lineOver(note.text, this.clock()) };
  }
}

function readRequest(body: string): WitnessRequest {
  const gap = body.indexOf('\n\n');
  const [first = '', ...hashes] = body.slice(0, gap).split('\n');
  const proof = hashes.map((hash) => Buffer.from(hash, 'base64').toString('hex'));
  return { old: BigInt(/^old (\d+)$/.exec(first)?.[1] ?? -1), proof, note: readNote(body.slice(gap + 2)) };
}

/** A witness that can be reached over HTTP, at an address that stays when it goes down and comes back. */
export interface ListeningWitness extends AsyncDisposable {
  /** The submission prefix, which has a path of its own. */
  readonly url: string;
  goDown(): Promise<void>;
  comeBack(): Promise<void>;
}

export async function listening(witness: IndependentWitness): Promise<ListeningWitness> {
  let server = await listenOn(witness, 0);
  const { port } = server.address() as AddressInfo;
  const goDown = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return {
    url: `http://127.0.0.1:${port}/behind/a/bastion`,
    goDown,
    comeBack: async () => {
      server = await listenOn(witness, port);
    },
    [Symbol.asyncDispose]: async () => {
      if (server.listening) await goDown();
    },
  };
}

async function listenOn(witness: IndependentWitness, port: number): Promise<Server> {
  const server = createServer((request, response) => void reply(witness, request, response));
  await new Promise<void>((ready) => server.listen(port, '127.0.0.1', ready));
  return server;
}

async function reply(witness: IndependentWitness, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  const isAsked = request.method === 'POST' && request.url === '/behind/a/bastion/add-checkpoint';
  const answer: WitnessAnswer = isAsked ? await witness.answer(body) : { status: 404, body: 'nothing here\n' };
  response.writeHead(answer.status, { 'Content-Type': answer.type ?? 'text/plain', ...answer.headers });
  response.end(answer.body);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { referenceConsistency, referencePath, referenceRoot } from './reference-tree.ts';

/** A log of Rekor v1 that shares nothing with the project, and takes entries that it does not. */
export interface ForeignRekor extends AsyncDisposable {
  readonly base: string;
  /** PEM. */
  readonly publicKey: string;
  /** From now on the log has these entries. */
  become(bodies: readonly Uint8Array[]): void;
  /** An entry as it is answered: what a copy has to answer as well. */
  answerFor(index: number): Readonly<Record<string, unknown>>;
}

const TREE = '1193050959916656506';
const HOST = 'foreign.test';

export async function startForeignRekor(): Promise<ForeignRekor> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const logID = createHash('sha256').update(spki).digest('hex');
  const signed = (text: string): Buffer => sign('sha256', Buffer.from(text), privateKey);
  let bodies: readonly Uint8Array[] = [];

  const note = (): string => {
    const root = Buffer.from(referenceRoot(bodies), 'hex').toString('base64');
    const text = `${HOST} - ${TREE}\n${bodies.length}\n${root}\n`;
    const line = Buffer.concat([Buffer.from(logID, 'hex').subarray(0, 4), signed(text)]).toString('base64');
    return `${text}\n\u2014 ${HOST} ${line}\n`;
  };
  let timestamps: readonly string[] = [];
  let head = '';
  const answerFor = (logIndex: number): Readonly<Record<string, unknown>> => {
    const leaf = bodies[logIndex] as Uint8Array;
    const hash = createHash('sha256').update(Buffer.of(0)).update(leaf).digest('hex');
    const inclusionProof = {
      checkpoint: head,
      hashes: referencePath(bodies, logIndex, bodies.length),
      logIndex,
      rootHash: referenceRoot(bodies),
      treeSize: bodies.length,
    };
    const verification = { inclusionProof, signedEntryTimestamp: timestamps[logIndex] };
    const integratedTime = 1_700_000_000 - logIndex; // it goes back, as it may on genuine Rekor
    const body = Buffer.from(leaf).toString('base64');
    return {
      [`${BigInt(TREE).toString(16).padStart(16, '0')}${hash}`]: {
        body,
        integratedTime,
        logID,
        logIndex,
        verification,
      },
    };
  };
  const promise = (body: Uint8Array, logIndex: number): string => {
    const text = `{"body":"${Buffer.from(body).toString('base64')}","integratedTime":${1_700_000_000 - logIndex},"logID":"${logID}","logIndex":${logIndex}}`;
    return signed(text).toString('base64');
  };
  const answer = (url: URL, body: string): unknown => {
    switch (url.pathname) {
      case '/api/v1/log':
        return {
          inactiveShards: null,
          rootHash: referenceRoot(bodies),
          signedTreeHead: head,
          treeID: TREE,
          treeSize: bodies.length,
        };
      case '/api/v1/log/entries/retrieve':
        return (JSON.parse(body) as { logIndexes: number[] }).logIndexes.map(answerFor);
      case '/api/v1/log/proof': {
        const [first, last] = ['firstSize', 'lastSize'].map((name) => Number(url.searchParams.get(name)));
        return { hashes: referenceConsistency(bodies, first ?? 1, last ?? 1), rootHash: referenceRoot(bodies) };
      }
      default:
        return undefined;
    }
  };
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const sent = await buffer(request);
    const told = answer(new URL(request.url ?? '/', 'http://a'), sent.toString());
    const headers = { 'content-type': 'application/json' };
    response.writeHead(told === undefined ? 404 : 200, headers).end(JSON.stringify(told ?? {}));
  };
  const server = createServer((request, response) => {
    void respond(request, response);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
    become: (all) => {
      const before = bodies;
      const known = (body: Uint8Array, i: number) => (before[i] === body ? timestamps[i] : undefined);
      timestamps = all.map((body, i) => known(body, i) ?? promise(body, i)); // each is signed once
      bodies = [...all];
      head = note();
    },
    answerFor,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

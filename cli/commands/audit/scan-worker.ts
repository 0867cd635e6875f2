import { parentPort, workerData } from 'node:worker_threads';
import { LruMap } from '../../../base/lru-map.ts';
import { equalBytes, toHex } from '../../../base/bytes.ts';
import { Failure } from '../../../base/failure.ts';
import type { EcdsaCheck } from '../../../checkpoint/verify.ts';
import { scanEntries } from '../../../client/audit/scan-entries.ts';
import { scanTiles } from '../../../client/audit/scan-tiles.ts';
import { httpTiles } from '../../../client/http/http-tiles.ts';
import { openTransport } from '../../../client/http/transport.ts';
import type { TrustedHead } from '../../../client/trusted-keys.ts';
import { VerifiedTree } from '../../../client/verified-tree.ts';
import { ecdsa } from '../../log/ecdsa.ts';
import { nodeSend } from '../../log/node-send.ts';
import type { ScanOutcome, ScanSettings, ScanUnit } from './scan-wire.ts';

/* One of the threads of a full audit: takes a unit, answers it, takes the next. */
if (parentPort === null) throw new Error('runs as a worker thread only');
const port = parentPort;
const settings = workerData as ScanSettings;
const { address, timeout, headers, identity, keys, head } = settings;

/** A scan goes on for hours: it outlasts a server that starts anew. */
const RETRIES = 8;
const send = identity && nodeSend(identity);
const transport = openTransport(address, { timeout, retries: RETRIES, headers, ...(send && { send }) });

/** Signatures that were found good last: those of heads, which many entries are proved under. */
const good = new LruMap<string, Uint8Array>(16);

const remembered: EcdsaCheck = (spki, text, signature) => {
  const name = toHex(signature);
  const known = good.get(name);
  if (known !== undefined && equalBytes(known, text)) return true;
  const holds = ecdsa(spki, text, signature);
  if (holds) good.set(name, text);
  return holds;
};

let tree: Promise<VerifiedTree> | undefined;

async function perform(unit: ScanUnit): Promise<readonly TrustedHead[]> {
  const { checkpoint } = head;
  if (settings.what === 'entries') {
    const { offset } = settings;
    return scanEntries({ transport, keys, ecdsa: remembered, origin: checkpoint.origin, offset }, unit);
  }
  tree ??= VerifiedTree.open(httpTiles(transport, settings.prefix), checkpoint);
  await scanTiles(await tree, unit);
  return [];
}

async function outcomeOf(unit: ScanUnit): Promise<ScanOutcome> {
  try {
    return { ok: true, heads: await perform(unit) };
  } catch (error) {
    const code = error instanceof Failure ? String(error.code) : undefined;
    return { ok: false, code, message: error instanceof Error ? error.message : String(error) };
  }
}

port.on('message', (unit: ScanUnit | 'close') => {
  if (unit === 'close') port.close();
  else void outcomeOf(unit).then((outcome) => port.postMessage(outcome));
});

import { generateKeyPairSync, hash, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson, type Json } from '../../base/canonical-json.ts';
import { listenOn } from './services.ts';

/** A TUF repository with one target, as an operator of a private Sigstore would publish it. */
export interface TufMirror extends AsyncDisposable {
  readonly tufMirrorURL: string;
  /** File of the root that clients trust. */
  readonly tufRootPath: string;
  /** Folder where clients keep what they fetched. */
  readonly tufCachePath: string;
}

const EXPIRES = '2099-01-01T00:00:00Z';
const ROLES = ['root', 'timestamp', 'snapshot', 'targets'];

/** Serves `trusted_root.json`: The Update Framework, version 1.0, without consistent snapshots. */
export async function startTufMirror(trustedRoot: unknown): Promise<TufMirror> {
  const target = JSON.stringify(trustedRoot);
  const files = repository(target);
  const folder = mkdtempSync(join(tmpdir(), 'stele-tuf-'));
  const tufRootPath = join(folder, 'root.json');
  writeFileSync(tufRootPath, files.get('/root.json') ?? '');
  const { url, [Symbol.asyncDispose]: stop } = await listenOn((request, response) => {
    const text = files.get(request.url ?? '');
    response.writeHead(text === undefined ? 404 : 200).end(text);
  });
  return {
    tufMirrorURL: url,
    tufRootPath,
    tufCachePath: join(folder, 'cache'),
    [Symbol.asyncDispose]: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function repository(target: string): ReadonlyMap<string, string> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex');
  const key: Json = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: raw } };
  const keyid = hash('sha256', canonicalJson(key), 'hex');

  const signed = (type: string, members: { readonly [name: string]: Json }): string => {
    const body: Json = { _type: type, spec_version: '1.0.0', version: 1, expires: EXPIRES, ...members };
    const signature = sign(undefined, Buffer.from(canonicalJson(body)), privateKey).toString('hex');
    return JSON.stringify({ signatures: [{ keyid, sig: signature }], signed: body });
  };
  const roles = Object.fromEntries(ROLES.map((role) => [role, { keyids: [keyid], threshold: 1 }]));
  const length = Buffer.byteLength(target);
  const targets = { 'trusted_root.json': { length, hashes: { sha256: hash('sha256', target, 'hex') } } };
  return new Map([
    ['/root.json', signed('root', { consistent_snapshot: false, keys: { [keyid]: key }, roles })],
    ['/timestamp.json', signed('timestamp', { meta: { 'snapshot.json': { version: 1 } } })],
    ['/snapshot.json', signed('snapshot', { meta: { 'targets.json': { version: 1 } } })],
    ['/targets.json', signed('targets', { targets })],
    ['/targets/trusted_root.json', target],
  ]);
}

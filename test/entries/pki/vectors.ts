import { readdirSync, readFileSync } from 'node:fs';

const KEYS = new URL('../../vectors/keys/', import.meta.url);

/** A file below `test/vectors/keys/`. */
export function vector(path: string): Buffer {
  return readFileSync(new URL(path, KEYS));
}

/** The certificates of these names, one behind the other. */
export function chainOf(...names: readonly string[]): Buffer {
  return Buffer.concat(names.map((name) => vector(`certificates/${name}.pem`)));
}

/** Names of the files in a folder of `test/vectors/keys/`, without their ending. */
export function namesIn(folder: string): string[] {
  return readdirSync(new URL(`${folder}/`, KEYS)).map((file) => file.replace(/\.pem$/, ''));
}

/** The bytes of the first block. */
export function derOf(pem: Buffer): Buffer {
  const [, body = ''] = /-----BEGIN [^-]*-----\n([^-]*)/.exec(pem.toString()) ?? [];
  return Buffer.from(body, 'base64');
}

/** A block as most tools write it. */
export function pemOf(label: string, der: Uint8Array): Buffer {
  const lines = Buffer.from(der)
    .toString('base64')
    .replaceAll(/.{1,64}/g, '$&\n');
  return Buffer.from(`-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`);
}

/** The first `from` in `der` with `to` in its place; both in hex, of one length. */
export function patched(der: Buffer, from: string, to: string): Buffer {
  const at = der.indexOf(from, 0, 'hex');
  if (at < 0 || from.length !== to.length) throw new Error(`${from} is not there, or not of one length`);
  return Buffer.concat([der.subarray(0, at), Buffer.from(to, 'hex'), der.subarray(at + from.length / 2)]);
}

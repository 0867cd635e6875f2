import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { readScript, type StripTypes } from './modules/read-modules.ts';

/** A script or a style, in each coding. */
export interface PageFile {
  readonly type: string;
  readonly plain: Uint8Array;
  readonly gzip: Uint8Array;
  readonly brotli: Uint8Array;
}

/** Scripts and styles of the pages. */
export interface PageFiles {
  /** Names these very bytes: each may be kept for ever. */
  readonly hash: string;
  readonly files: ReadonlyMap<FileName, PageFile>;
}

export const PAGE_FILES = ['page.js', 'style.css', 'icon.svg'] as const;
type FileName = (typeof PAGE_FILES)[number];

const SCRIPT = new URL('../../web/page.ts', import.meta.url);
const STYLE = new URL('../../web/style.css', import.meta.url);
const ICON = new URL('../../web/icon.svg', import.meta.url);
const HASH_DIGITS = 16;

const [zipped, brotlied] = [promisify(gzip), promisify(brotliCompress)];

/**
 * Returns a reader of the files that reads them once, when the first page is asked for: a server that nobody looks at spends no
 * time on it, and starts as fast as without.
 */
export function pageFilesReader(strip: StripTypes): () => Promise<PageFiles> {
  let read: Promise<PageFiles> | undefined;
  return () => (read ??= readPageFiles(strip));
}

async function readPageFiles(strip: StripTypes): Promise<PageFiles> {
  const texts: readonly (readonly [name: FileName, type: string, text: string])[] = [
    ['page.js', 'text/javascript; charset=utf-8', await readScript(SCRIPT, strip)],
    ['style.css', 'text/css; charset=utf-8', await readFile(STYLE, 'utf8')],
    ['icon.svg', 'image/svg+xml', await readFile(ICON, 'utf8')],
  ];
  const hash = createHash('sha256');
  for (const [name, , text] of texts) hash.update(name).update(text);
  const files = await Promise.all(texts.map(async ([name, type, text]) => [name, await coded(type, text)] as const));
  return { hash: hash.digest('hex').slice(0, HASH_DIGITS), files: new Map(files) };
}

async function coded(type: string, text: string): Promise<PageFile> {
  const plain = Buffer.from(text);
  const [gzipBytes, brotli] = await Promise.all([zipped(plain, { level: 9 }), brotlied(plain)]);
  return { type, plain, gzip: gzipBytes, brotli };
}

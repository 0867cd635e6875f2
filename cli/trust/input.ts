import { readFileSync, statSync } from 'node:fs';
import { systemSentence } from '../../base/system-error.ts';
import { UsageFault } from '../frame/exit-codes.ts';

/** Bytes of a file of certificates or keys. */
const MOST_BYTES = 1024 * 1024;

/** Returns the blocks of a PEM file. @throws UsageFault without one, and for any file that cannot be read */
export function readPemBlocks(option: string, file: string): readonly string[] {
  const blocks = readText(option, file).match(/-----BEGIN ([A-Z0-9 ]+)-----[^]*?-----END \1-----/g);
  if (blocks === null) throw new UsageFault(`--${option} ${file}: it is no PEM`);
  return blocks;
}

function readText(option: string, file: string): string {
  try {
    const about = statSync(file);
    if (about.isDirectory()) throw new UsageFault(`--${option} ${file}: it is a folder, and a file is needed`);
    if (about.size > MOST_BYTES) throw new UsageFault(`--${option} ${file}: it has more than ${MOST_BYTES} bytes`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof UsageFault || !(error instanceof Error)) throw error;
    throw new UsageFault(`--${option} ${file}: ${systemSentence(error)}`);
  }
}

/** Returns an address without a slash at its end. @throws UsageFault unless it is one of http or https */
export function readUrl(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageFault(`--${option} ${JSON.stringify(text)}: it is no http or https URL`);
  return text.replace(/\/+$/, '');
}

/** Returns the second in which a day or a time begins. @throws UsageFault */
export function readTime(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time / 1000;
  throw new UsageFault(`--${option} ${JSON.stringify(text)}: it is no time such as 2026-01-31 or 2026-01-31T12:00:00Z`);
}

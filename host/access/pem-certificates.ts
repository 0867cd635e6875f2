import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { systemSentence } from '../../base/system-error.ts';
import type { YamlPlace } from './checked-yaml.ts';

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Reads a PEM file with certificates, beside the file that names it unless its path is absolute. */
export function readCertificates(place: YamlPlace, folder: string): readonly Uint8Array[] {
  const name = place.text();
  if (name === undefined) return [];
  try {
    const blocks = readFileSync(resolve(folder, name), 'utf8').match(PEM) ?? [];
    if (blocks.length === 0) place.refuse(`names a file without certificates in PEM: ${name}`);
    return blocks.map((block) => new X509Certificate(block).raw);
  } catch (error) {
    place.refuse(`cannot be read: ${error instanceof Error ? systemSentence(error) : name}`);
    return [];
  }
}

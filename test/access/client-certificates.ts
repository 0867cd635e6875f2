import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate and its key: names of PEM files. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

export interface LeafOptions {
  /** As OpenSSL's configuration has them. */
  readonly extensions?: readonly string[];
  /** Issuer; the authority `ca` if it is left out. */
  readonly by?: Issued;
  /** Days ago at which it begins, and days from now at which it ends. */
  readonly begins?: number;
  readonly ends?: number;
  /** A key that is there already: its file. */
  readonly key?: string;
}

/** Makes certificates by `openssl`. */
export interface CertificateMaker extends Disposable {
  readonly folder: string;
  at(name: string): string;
  authority(name: string, extensions?: readonly string[], by?: Issued): Issued;
  leaf(name: string, san: string, options?: LeafOptions): Issued;
  /** The PEM text of a file. */
  pem(file: string): string;
}

/** Of `openssl ca`, which alone lets both dates be chosen. */
const CONFIGURATION = `[ca]
default_ca = here
[here]
database = index.txt
serial = serial.txt
new_certs_dir = .
default_md = sha256
unique_subject = no
policy = any
[any]
commonName = supplied
`;

const DAY_MS = 86_400_000;
const timeText = (days: number): string =>
  new Date(Date.now() + days * DAY_MS).toISOString().replaceAll(/[-:T]|\.\d+/g, '');

export function certificateMaker(): CertificateMaker {
  const folder = mkdtempSync(join(tmpdir(), 'stele-mtls-'));
  const at = (name: string): string => join(folder, name);
  const openssl = (...words: readonly string[]): void =>
    void execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
  writeFileSync(at('ca.cnf'), CONFIGURATION);
  writeFileSync(at('index.txt'), '');
  writeFileSync(at('serial.txt'), '1000\n');
  const names = (name: string): Issued => ({ cert: at(`${name}.pem`), key: at(`${name}.key`) });
  const issue = (name: string, subject: string, extensions: readonly string[], options: LeafOptions): Issued => {
    const issued = { ...names(name), ...(options.key !== undefined && { key: options.key }) };
    const by = options.by ?? names('ca');
    writeFileSync(at(`${name}.ext`), `${extensions.join('\n')}\n`);
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', issued.key];
    const key = options.key === undefined ? made : ['-key', options.key];
    openssl('req', '-new', ...key, '-subj', subject, '-out', `${name}.csr`);
    const self =
      by.cert === issued.cert ? ['-selfsign', '-keyfile', issued.key] : ['-cert', by.cert, '-keyfile', by.key];
    const dates = ['-startdate', timeText(-(options.begins ?? 1)), '-enddate', timeText(options.ends ?? 1)];
    const quiet = ['-config', 'ca.cnf', '-batch', '-notext'];
    openssl('ca', ...quiet, '-in', `${name}.csr`, ...self, ...dates, '-extfile', `${name}.ext`, '-out', issued.cert);
    return issued;
  };
  return {
    folder,
    at,
    authority: (name, extensions = [], by = names(name)) =>
      issue(
        name,
        `/CN=${name}`,
        ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign', ...extensions],
        {
          by,
          begins: 30,
          ends: 30,
        },
      ),
    leaf: (name, san, options = {}) =>
      issue(
        name,
        `/CN=${name}`,
        [...(san === '' ? [] : [`subjectAltName=${san}`]), ...(options.extensions ?? [])],
        options,
      ),
    pem: (file) => readFileSync(file, 'utf8'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

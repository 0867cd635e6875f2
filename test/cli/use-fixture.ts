import { sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utf8 } from '../../base/bytes.ts';
import { type LogFolder, type ServerProcess, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { type KeyType, makeSigner, type Signer, signPrehashed } from '../support/signing.ts';
import { jsonOf, type Ran, stele } from '../support/stele.ts';

/** Members read of an entry that `stele` prints. */
export interface PrintedEntry {
  readonly file: string;
  readonly logIndex: number;
  readonly uuid: string;
  readonly entryId: string;
  readonly isKnown: boolean;
  readonly kind: string;
  readonly signature: string;
}

/** A log, and a folder in which somebody uses it. */
export interface Use extends AsyncDisposable {
  readonly folder: LogFolder;
  readonly server: ServerProcess;
  readonly scratch: string;
  readonly env: Readonly<Record<string, string>>;
  run(...words: readonly string[]): Promise<Ran>;
  /** Writes a file into the scratch folder. @returns its name there */
  write(name: string, content: string | Uint8Array): string;
  /** An artifact, its signature and the key, as files. @returns words of the command line */
  signed(name: string, type?: KeyType, by?: Signer): readonly string[];
  /** @throws Error unless one entry was logged */
  uploaded(...words: readonly string[]): Promise<PrintedEntry>;
}

const DIGESTS: Partial<Record<KeyType, string>> = { 'P-384': 'sha384', 'P-521': 'sha512' };

export const entriesOf = (ran: Ran): readonly PrintedEntry[] => jsonOf(ran)['entries'] as readonly PrintedEntry[];

export async function openUse(): Promise<Use> {
  const folder = temporaryFolder();
  const scratch = mkdtempSync(join(tmpdir(), 'stele-use-'));
  const server = await startServer(folder, { flags: ['--origin', 'use.test'] });
  const env = { STELE_STATE: join(scratch, 'state'), STELE_SERVER: server.base };
  const run = (...words: readonly string[]): Promise<Ran> => stele(words, { env, cwd: scratch });
  const write = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(scratch, name), content);
    return name;
  };
  return {
    folder,
    server,
    scratch,
    env,
    run,
    write,
    signed: (name, type = 'P-256', by = makeSigner(type)) => {
      const content = utf8(`artifact ${name}`);
      const algorithm = DIGESTS[type] ?? 'sha256';
      const signature = type === 'ed25519' ? signPrehashed(by, content) : sign(algorithm, content, by.privateKey);
      return [
        write(name, content),
        '--signature',
        write(`${name}.sig`, signature),
        '--key',
        write(`${name}.pub`, by.pem),
      ];
    },
    uploaded: async (...words) => {
      const ran = await run('upload', ...words, '--output', 'json');
      const [entry, ...others] = ran.code === 0 ? entriesOf(ran) : [];
      if (entry === undefined || others.length > 0) throw new Error(`not one entry: ${ran.err}${ran.out}`);
      return entry;
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      folder[Symbol.dispose]();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** A log for all tests of a file, and the functions of it that they call most. */
export function useForAllTests(): Pick<Use, 'run' | 'write' | 'signed' | 'uploaded'> & { readonly opened: () => Use } {
  const opened = forAllTests(openUse);
  return {
    opened,
    run: (...words) => opened().run(...words),
    write: (name, content) => opened().write(name, content),
    signed: (name, type, by) => opened().signed(name, type, by),
    uploaded: (...words) => opened().uploaded(...words),
  };
}

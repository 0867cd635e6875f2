import { type AccessRules, readAccessFile } from './access-file.ts';
import { FileRefused } from './checked-yaml.ts';
import type { Reread } from './file-digests.ts';
import { tokenFile } from './token-file.ts';
import { type TokenFound, Tokens } from './tokens.ts';

export interface AccessOptions {
  /** The access file. */
  readonly file: string;
  readonly data: string;
  /** Whether nothing may be written into the data folder. */
  readonly readOnly: boolean;
  /** Whether clients speak TLS with the server itself. */
  readonly servesTls: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Told what could not be written: when tokens were used. */
  readonly failed: (error: unknown) => void;
}

/** The access file of a log, and the tokens by which it knows who asks. */
export class AccessControl implements Disposable {
  readonly #file: string;
  readonly #tokens: Tokens;
  /** Whether clients can be asked for certificates, should the file say so. */
  readonly #canAsk: boolean;
  #rules: AccessRules;

  /** @throws FileRefused, or the system's error for a file that cannot be read */
  constructor({ file, data, readOnly, servesTls, now, failed }: AccessOptions) {
    this.#file = file;
    this.#rules = readAccessFile(file);
    this.#canAsk = !servesTls || this.#rules.mtls !== undefined;
    this.#tokens = new Tokens(tokenFile(data), { now, failed, keepsUses: !readOnly });
  }

  get rules(): AccessRules {
    return this.#rules;
  }

  /** Reads the file again, for requests from when it is used. @throws FileRefused, and the rules of before stay in force */
  reread(): Reread {
    const next = readAccessFile(this.#file);
    if (next.mtls !== undefined && !this.#canAsk)
      throw new FileRefused(this.#file, [
        { line: 0, reason: 'mtls takes a restart: a server asks for certificates from its start on, or never' },
      ]);
    return { digests: next.digests, use: () => void (this.#rules = next) };
  }

  /** @throws TokensRefused */
  findToken(text: string): TokenFound {
    return this.#tokens.find(text);
  }

  [Symbol.dispose](): void {
    this.#tokens[Symbol.dispose]();
  }
}

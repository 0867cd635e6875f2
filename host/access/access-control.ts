import { type AccessRules, readAccessFile } from './access-file.ts';
import { tokenFile } from './token-file.ts';
import { type TokenFound, Tokens } from './tokens.ts';

export interface AccessOptions {
  /** The access file. */
  readonly file: string;
  readonly data: string;
  /** Whether nothing may be written into the data folder. */
  readonly readOnly: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Told what could not be written: when tokens were used. */
  readonly failed: (error: unknown) => void;
}

/** The access file of a log, and the tokens by which it knows who asks. */
export class AccessControl implements Disposable {
  readonly #file: string;
  readonly #tokens: Tokens;
  #rules: AccessRules;

  /** @throws FileRefused, or the system's error for a file that cannot be read */
  constructor({ file, data, readOnly, now, failed }: AccessOptions) {
    this.#file = file;
    this.#rules = readAccessFile(file);
    this.#tokens = new Tokens(tokenFile(data), { now, failed, keepsUses: !readOnly });
  }

  get rules(): AccessRules {
    return this.#rules;
  }

  /** Reads the file again, for requests from now on. @throws FileRefused, and the rules of before stay in force */
  reload(): void {
    this.#rules = readAccessFile(this.#file);
  }

  /** @throws TokensRefused */
  findToken(text: string): TokenFound {
    return this.#tokens.find(text);
  }

  [Symbol.dispose](): void {
    this.#tokens[Symbol.dispose]();
  }
}

import { parsePolicy } from '../../checkpoint/policy/parse.ts';
import { utf8 } from '../../base/bytes.ts';
import { formatCheckpoint } from '../../checkpoint/checkpoint.ts';
import { treeSize, type TreeSize } from '../../merkle/types.ts';
import type { StoredCosignature, WitnessClaim } from '../../storage/cosignatures.ts';
import type { Candidate, WitnessReport } from '../../witness/contract.ts';
import { HttpWitnesses } from '../../witness/http-witnesses.ts';
import { type Post, WitnessUnreachable } from '../../witness/post.ts';
import { formatVkey } from '../../checkpoint/vkey.ts';
import { LOG } from '../checkpoint/signing.ts';
import { consistency, headOf } from '../checkpoint/trees.ts';
import { IndependentWitness } from '../support/independent-witness.ts';

export const ORIGIN = 'log.example.test';
/** Seconds since the epoch: when the log makes its heads, and what every clock says. */
export const NOW = 1_800_000_000;
export const TOLERANCE = 10;

/** A head of the tree of 40 leaves, as the log asks for it to be cosigned. */
export function candidate(size: number, newest: number = size): Candidate {
  const head = headOf(size);
  const text = formatCheckpoint({ origin: ORIGIN, ...head });
  const prove = async (old: number) => (old === size ? [] : consistency(old, size));
  return {
    ...head,
    at: NOW,
    newest: (): TreeSize => treeSize(newest),
    note: { text, signatures: [LOG.sign(text)] },
    prove,
  };
}

export function witnessNamed(name: string): IndependentWitness {
  const witness = new IndependentWitness(name);
  witness.trust(ORIGIN, formatVkey(LOG.key));
  witness.clock = () => NOW;
  return witness;
}

export interface Asking {
  readonly witnesses: HttpWitnesses;
  /** Cosignatures of each round, a list for each time that some were given. */
  ask(candidate: Candidate, stop?: AbortSignal): Promise<readonly (readonly StoredCosignature[])[]>;
  readonly claims: readonly WitnessClaim[];
  readonly told: readonly WitnessReport[];
  /** Milliseconds on the clock that decides how long a witness is left alone. */
  wait(milliseconds: number): void;
}

export interface AskingOptions {
  /** Lines of the policy behind those of the witnesses; the quorum is the first witness unless given. */
  readonly policy?: string;
  readonly last?: readonly StoredCosignature[];
  readonly grace?: number | undefined;
}

/** The side of the log, with requests that reach the witnesses without a network: the host names the witness. */
export function askingOf(all: readonly IndependentWitness[], options: AskingOptions = {}): Asking {
  const lines = all.map((one) => `witness ${nameOf(one)} ${one.vkey} http://${nameOf(one)}/\n`).join('');
  const policy = parsePolicy(utf8(lines + (options.policy ?? `quorum ${nameOf(all[0])}\n`)));
  const claims: WitnessClaim[] = [];
  const told: WitnessReport[] = [];
  let time = 0;
  const parts = {
    post: postTo(all),
    now: () => NOW,
    steady: () => time,
    tolerance: TOLERANCE,
    tell: (report: WitnessReport) => void told.push(report),
  };
  const witnesses = new HttpWitnesses(policy, options.last ?? [], parts, { grace: options.grace });
  return {
    witnesses,
    claims,
    told,
    ask: async (asked, stop = new AbortController().signal) => {
      const given: (readonly StoredCosignature[])[] = [];
      const listener = {
        given: (some: readonly StoredCosignature[]) => void given.push(some),
        claimed: (claim: WitnessClaim) => void claims.push(claim),
      };
      await witnesses.ask(asked, listener, stop);
      return given;
    },
    wait: (milliseconds) => void (time += milliseconds),
  };
}

const nameOf = (witness: IndependentWitness | undefined): string => witness?.vkey.split('+')[0] ?? '';

/** As the real one does it: whoever has enough waits no longer. */
function postTo(all: readonly IndependentWitness[]): Post {
  return async (url, text, enough) => {
    const witness = all.find((one) => url === `http://${nameOf(one)}/add-checkpoint`);
    if (witness === undefined) throw new WitnessUnreachable('cannot be reached: ENOTFOUND');
    const ended = new Promise<never>((_, reject) => {
      enough.addEventListener('abort', () => reject(new Error('aborted')));
    });
    const { status, type = 'text/plain', body } = await Promise.race([witness.answer(text), ended]);
    return { status, type, body: utf8(body) };
  };
}

export function stored(name: string, size: number, line: string): StoredCosignature {
  const bytes = Buffer.from(line.trimEnd().split(' ')[2] ?? '', 'base64');
  return {
    size: treeSize(size),
    name,
    keyId: Uint8Array.from(bytes.subarray(0, 4)),
    signature: Uint8Array.from(bytes.subarray(4)),
  };
}

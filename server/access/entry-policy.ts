import type { AdmittedEntry } from '../../entries/kind.ts';
import { type AdmissionPolicy, readPolicyFile } from '../../host/access/policy-file.ts';
import type { FileDigests, Reread } from '../../host/access/file-digests.ts';
import { decide } from '../../host/access/policy-rules.ts';
import { failedCases } from '../../host/access/policy-cases.ts';
import { type EntryJudge, readFacts } from './entry-judge.ts';
import { RefusedByPolicy } from './failures.ts';
import { policyPrincipal, type Principal } from './principal.ts';

export interface EntryPolicyOptions {
  /** The policy file. */
  readonly file: string;
  /** Told of each entry that a policy in dry run would have refused. */
  readonly noted: (sentence: string) => void;
}

/** The admission policy of a log, from its file. Loaded only where there is one, as the access gate is. */
export class EntryPolicy implements EntryJudge {
  readonly #options: EntryPolicyOptions;
  #policy: AdmissionPolicy;

  /** @throws FileRefused, RefusedByPolicy for a policy whose own cases fail, or the system's error */
  constructor(options: EntryPolicyOptions) {
    this.#options = options;
    this.#policy = readPolicy(options.file);
  }

  /** Certificates that admission threads judge chains by: for their start. */
  get certificates(): Pick<AdmissionPolicy, 'roots' | 'intermediates'> {
    const { roots, intermediates } = this.#policy;
    return { roots, intermediates };
  }

  get digests(): FileDigests {
    return this.#policy.digests;
  }

  /** Reads the file again. Roots stay those of the start. @throws as the constructor, and the policy of before stays in force */
  reread(): Reread {
    const next = readPolicy(this.#options.file);
    if (certificatesOf(next) !== certificatesOf(this.#policy))
      throw new RefusedByPolicy(
        'other roots or intermediates take a restart: admission threads have those of their start',
      );
    return { digests: next.digests, use: () => void (this.#policy = next) };
  }

  judge(entry: AdmittedEntry, principal: Principal): void {
    const { name } = principal;
    const { admits, rule } = decide(this.#policy, { ...readFacts(entry), principal: policyPrincipal(principal) });
    if (admits) return;
    const reason =
      rule === undefined
        ? 'no rule of the admission policy admits this entry'
        : `the rule ${JSON.stringify(rule)} of the admission policy refuses this entry`;
    if (!this.#policy.isDryRun) throw new RefusedByPolicy(reason);
    this.#options.noted(`policy in dry run, of ${name}: ${reason}`);
  }
}

/** @throws RefusedByPolicy where a case of the policy fails */
function readPolicy(file: string): AdmissionPolicy {
  const policy = readPolicyFile(file);
  const failed = failedCases(policy);
  if (failed.length > 0) throw new RefusedByPolicy(`${file}: cases of the policy fail:\n${failed.join('\n')}`);
  return policy;
}

const certificatesOf = ({ roots, intermediates }: AdmissionPolicy): string =>
  [roots, intermediates].map((list) => list.map((der) => Buffer.from(der).toString('hex')).join()).join(' ');

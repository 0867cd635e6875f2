import { setTimeout as sleep } from 'node:timers/promises';
import type { FileDigests, Reread } from '../host/access/file-digests.ts';
import { keepsAdminLog, recordAct, recordChange } from '../host/admin-log/admin-log.ts';
import { EnteredHeads } from '../host/admin-log/entered-heads.ts';
import type { HostedLog } from '../host/hosted-log.ts';
import type { Settings } from '../host/settings/table.ts';

/** A file by which the log is administered: the access file, or the policy. */
export interface RuleFile {
  readonly digests: FileDigests;
  /** @throws FileRefused, RefusedByPolicy */
  reread(): Reread;
}

export interface RuleFiles {
  readonly access: RuleFile | undefined;
  readonly policy: RuleFile | undefined;
}

const ACTIONS = { access: 'access-file', policy: 'policy-file' } as const;
const NO_FILE = { sha256: null, certificates: [] };

/** Time that a start waits for the head of the admin log to be entered, in milliseconds: witnesses may be away. */
const ENTERED_MS = 2000;

/** The part of administration that the server does itself, and the trace of it. */
export class Administration {
  readonly #data: string;
  /** Whether there is a trace: a log that never had an access file has none. */
  readonly #isTraced: boolean;
  readonly #files: RuleFiles;

  constructor({ data, readOnly, dev, access }: Settings, files: RuleFiles) {
    this.#data = data;
    this.#isTraced = !readOnly && !dev && (access !== undefined || keepsAdminLog(data));
    this.#files = files;
  }

  /** Records the files that are in force from this start on, where they are others than before. @throws AdminLogBroken */
  async recordStart(): Promise<void> {
    if (!this.#isTraced) return;
    for (const which of ['access', 'policy'] as const) {
      const file = this.#files[which];
      const details = file === undefined ? NO_FILE : { ...file.digests };
      await recordChange(this.#data, { action: ACTIONS[which], details }, NO_FILE);
    }
  }

  /** Reads a file again; false if there is none. @throws FileRefused, RefusedByPolicy, AdminLogBroken, and what was in force stays so */
  async reload(which: keyof RuleFiles): Promise<boolean> {
    const next = this.#files[which]?.reread();
    if (next === undefined) return false;
    if (this.#isTraced) await recordAct(this.#data, { action: ACTIONS[which], details: { ...next.digests } });
    next.use();
    return true;
  }

  /** Returns what enters the heads of the trace into the log; undefined where there is none, or the log takes no entries. */
  headsOf({ signOwn: sign, shards, logger }: HostedLog): EnteredHeads | undefined {
    if (!this.#isTraced || sign === undefined) return undefined;
    return new EnteredHeads({
      data: this.#data,
      log: shards.active,
      sign,
      announce: (sentence) => logger.info(sentence),
      warn: (sentence) => logger.warn(sentence),
    });
  }
}

/** Resolves once the head of the trace is entered, or a while later. */
export async function startEntering(heads: EnteredHeads | undefined): Promise<void> {
  if (heads !== undefined) await Promise.race([heads.start(), sleep(ENTERED_MS, undefined, { ref: false })]);
}

import type { LogShards } from '../log/shards.ts';
import { NoRoom } from '../storage/failures.ts';
import type { WitnessReport } from '../witness/contract.ts';
import type { Settings } from './settings/table.ts';

export interface Readiness {
  readonly ready: boolean;
  /** `ok`, or what is wrong, for each part that was asked. Shown to everyone. */
  readonly checks: Readonly<Record<string, string>>;
  /** How each witness of the policy does. Says nothing of whether the log is ready. */
  readonly witnesses?: readonly WitnessReport[];
  /** This machine among those that share the log; left out for a log of one machine. */
  readonly shared?: SharedState;
  /** Lines of the server's own log that could not be written; left out while there are none. */
  readonly droppedLogLines?: number;
  /** Times that something damaged was found in the database since the start; left out while there is none. */
  readonly damagedReads?: number;
}

export interface SharedState {
  readonly role: 'leader' | 'follower';
  /** Records of the shared list that this machine has. */
  readonly record: number;
  /** Seconds since it knew that it had all of them. */
  readonly behind: number;
}

export interface Health {
  /** Whether requests can be taken and answered. Should resolve within seconds, whatever is wrong. */
  ready(): Promise<Readiness>;
}

/** Counters of what went wrong beside the log. */
interface HealthCounters {
  /** Lines of the server's own log that could not be written. */
  readonly droppedLines: () => number;
  /** Times that something damaged was found in the database. */
  readonly damagedReads: () => number;
  /** Whether the archive is written; undefined where none is kept. Decides nothing: entries are taken whatever it says. */
  readonly archive?: (() => string) | undefined;
  /** Whether the scrub finds all as it was written, in time; undefined where there is none. Decides nothing either. */
  readonly scrub?: (() => string) | undefined;
  /** This machine among others, and why it does not take their records; undefined for a log of one machine. */
  readonly shared?: (() => { readonly state: SharedState; readonly trouble: string | undefined }) | undefined;
}

/** Time that a heartbeat may take before the log is not ready, in milliseconds. */
const HEARTBEAT_TIMEOUT_MS = 2000;

/** Returns the health of a log that is open. */
export function healthOf(
  { active, size }: LogShards,
  { readyWithin }: Pick<Settings, 'readyWithin'>,
  counters: HealthCounters,
): Health {
  if (active.isClosed) return createReadingHealth(() => active.byIndex(size - 1), counters);
  return createHealth({
    ...counters,
    heartbeat: () => active.heartbeat(),
    refusal: () => active.refusal(),
    witnesses: () => active.witnesses(),
    within: readyWithin,
    patience: HEARTBEAT_TIMEOUT_MS,
    now: () => performance.now(),
  });
}

export interface HealthParts extends HealthCounters {
  /** A durable write that adds no leaf. */
  readonly heartbeat: () => Promise<void>;
  /** Why the log takes no entries now; undefined while it does. */
  readonly refusal: () => string | undefined;
  readonly witnesses: () => readonly WitnessReport[];
  /** Age of a heartbeat that is young enough, in milliseconds. */
  readonly within: number;
  /** Time that a heartbeat may take, in milliseconds. */
  readonly patience: number;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** Of a log that has ended: it is ready while it can be read, and takes no entries because that is how it is meant. */
function createReadingHealth(read: () => Promise<unknown>, { damagedReads, scrub }: HealthCounters): Health {
  return {
    ready: async () => {
      const state = await read().then(
        () => 'ok',
        () => 'a read failed',
      );
      const checks = { read: state, ...(scrub && { scrub: scrub() }) };
      return { ready: state === 'ok', checks, ...unlessNone('damagedReads', damagedReads()) };
    },
  };
}

/** @param within - milliseconds that a machine may be behind */
function behindness(
  { state, trouble }: NonNullable<ReturnType<NonNullable<HealthCounters['shared']>>>,
  within: number,
): string {
  return trouble ?? (state.behind * 1000 > within ? `${state.behind} s behind` : 'ok');
}

function unlessNone(name: 'droppedLogLines' | 'damagedReads', count: number): Partial<Record<typeof name, number>> {
  return count > 0 ? { [name]: count } : {};
}

/** Returns the health of a log that is written. */
export function createHealth(parts: HealthParts): Health {
  const disk = diskCheck(parts);
  return {
    ready: async () => {
      const shared = parts.shared?.();
      const checks = {
        write: await disk(),
        entries: parts.refusal() ?? 'ok',
        ...(shared && { shared: behindness(shared, parts.within) }),
      };
      const ready = Object.values(checks).every((state) => state === 'ok');
      const asked = parts.witnesses();
      return {
        ready,
        checks: {
          ...checks,
          ...(parts.archive && { archive: parts.archive() }),
          ...(parts.scrub && { scrub: parts.scrub() }),
        },
        ...(asked.length > 0 && { witnesses: asked }),
        ...(shared && { shared: shared.state }),
        ...unlessNone('droppedLogLines', parts.droppedLines()),
        ...unlessNone('damagedReads', parts.damagedReads()),
      };
    },
  };
}

/** Writes a heartbeat only when it is asked and the last one is old: a log that nobody probes writes nothing. */
function diskCheck({ heartbeat, within, patience, now }: HealthParts): () => Promise<string> {
  let written = Number.NEGATIVE_INFINITY;
  let writing: Promise<string> | undefined;

  async function write(): Promise<string> {
    try {
      await heartbeat();
      written = now();
      return 'ok';
    } catch (error) {
      return error instanceof NoRoom ? 'the disk is full' : 'a write failed';
    } finally {
      writing = undefined;
    }
  }

  return async () => {
    if (now() - written <= within) return 'ok';
    writing ??= write();
    const late = new Promise<string>((resolve) =>
      setTimeout(resolve, patience, `no write within ${patience} ms`).unref(),
    );
    return Promise.race([writing, late]);
  };
}

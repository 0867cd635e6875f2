import { hostname } from 'node:os';
import type { AdmittedEntry } from '../entries/kind.ts';
import type { Clock } from '../log/clock.ts';
import type { LogShards } from '../log/shards.ts';
import type { WitnessReport } from '../witness/contract.ts';
import type { OwnWitness } from '../witness/own-witness.ts';
import { Archiver } from './backup/archiver.ts';
import { clockOf } from './clock/clock.ts';
import { DamageReport } from './damage.ts';
import { type Health, healthOf } from './health.ts';
import type { Logger } from './logging/logger.ts';
import { Scrubber } from './scrub/scrubber.ts';
import type { Settings } from './settings/table.ts';
import { startLog } from './start/start-log.ts';
import { readImportedMark } from './folder/imported.ts';
import { startReadOnly } from './start/start-read-only.ts';
import { startOwnWitness, verifyOwnWitness, watchedLogs } from './witness/own-witness.ts';
import { publicationOf } from './witness/publication.ts';

export interface HostOptions {
  readonly logger: Logger;
  /** Called when the outcome of a write is unknown. The process must end. */
  readonly fatal: (reason: unknown) => void;
}

/** A log that is open on this machine, with all that an interface to it needs. Disposing of it finishes what was accepted. */
export interface HostedLog extends AsyncDisposable {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly shards: LogShards;
  /** Our own witness for other logs, if there is one. */
  readonly witness: OwnWitness | undefined;
  /** Keeps a copy on another disk; undefined where none is kept. */
  readonly archive: Archiver | undefined;
  /** Looks for damage; undefined where it is off. Is to be started once the log serves. */
  readonly scrub: Scrubber | undefined;
  readonly health: Health;
  readonly damage: DamageReport;
  /** Makes an entry of the log's own over a document; undefined where it takes none. */
  readonly signOwn: ((document: string) => Promise<AdmittedEntry>) | undefined;
  /** Shows the log's heads, once its interface is ready: a start that is refused has shown nothing. */
  publish(): Promise<void>;
}

/** Opens the log that the settings name, or begins it. @throws LogRefused, StoreRefused before anything is written */
export async function openHostedLog(settings: Settings, options: HostOptions): Promise<HostedLog> {
  const clock = clockOf(settings);
  const damage = new DamageReport(options.logger);
  const { shards, witness, archive, signOwn, publish, dispose } = settings.readOnly
    ? await openToRead(settings)
    : await openToGrow(settings, clock, damage, options);
  const { logger } = options;
  const scrub = scrubberOf(settings, logger, damage);
  const health = healthOf(shards, settings, {
    droppedLines: () => logger.dropped(),
    damagedReads: () => damage.count,
    archive: archive && (() => archive.state()),
    scrub: scrub && (() => scrub.state(clock.now())),
  });
  const opened = { settings, clock, logger, shards, witness, archive, scrub, health, damage, signOwn, publish };
  return {
    ...opened,
    [Symbol.asyncDispose]: async () => {
      await scrub?.[Symbol.asyncDispose](); // before the log closes its files
      await dispose();
    },
  };
}

type Opened = Pick<HostedLog, 'shards' | 'witness' | 'archive' | 'signOwn' | 'publish'> & {
  readonly dispose: () => Promise<void>;
};

async function openToRead(settings: Settings): Promise<Opened> {
  const log = await startReadOnly(settings);
  return {
    shards: log.shards,
    witness: undefined,
    archive: undefined,
    signOwn: undefined,
    publish: async () => undefined,
    dispose: async () => log[Symbol.asyncDispose](),
  };
}

async function openToGrow(
  settings: Settings,
  clock: Clock,
  damage: DamageReport,
  { logger, fatal }: HostOptions,
): Promise<Opened> {
  await using cleanup = new AsyncDisposableStack();
  const tellOperator = operatorLines(logger, damage);
  const { announce, alarm } = tellOperator;
  const genesis = settings.apis === 'rekor-v2' ? 'rekor-v2' : 'rekor-v1';
  const watched = watchedLogs(settings);
  const log = cleanup.use(
    await startLog(
      { ...settings, mayBegin: true, genesis: settings.genesis ? genesis : undefined, limits: settings },
      {
        clock,
        fatal,
        ...tellOperator,
        verify: watched && ((first) => verifyOwnWitness(settings, first)),
        publication: publicationOf(settings, clock, { tell: (report) => tellWitness(logger, report), alarm }),
      },
    ),
  );
  const { shards, witnessState: state, journals } = log;
  const { origin } = (shards.all[0] ?? shards.active).shard; // a witness keeps its name when the log goes on in another shard
  const witness =
    watched &&
    cleanup.use(await startOwnWitness(watched, { settings, state, journals, origin, clock, fatal, announce }));
  const archive =
    settings.archive === undefined ? undefined : cleanup.use(archiverOf(settings, settings.archive, tellOperator));
  const parts = cleanup.move();
  const publish = async (): Promise<void> => {
    await log.publish();
    warnOfRefusal(shards, logger);
  };
  const sign = log.started.at(-1)?.signOwn;
  const signOwn = sign && ((document: string) => sign(document, genesis));
  return { shards, witness, archive, signOwn, publish, dispose: () => parts.disposeAsync() };
}

function archiverOf(
  { data, heads }: Settings,
  into: string,
  { announce, warn }: ReturnType<typeof operatorLines>,
): Archiver {
  const owner = `the archiver of process ${process.pid} on ${hostname()}`;
  return new Archiver({ data, heads, into, owner }, { announce, warn, now: () => performance.now() });
}

function scrubberOf(
  { data, heads, readOnly, scrub, scrubMirror, archive, dev }: Settings,
  logger: Logger,
  damage: DamageReport,
): Scrubber | undefined {
  if (scrub === 'off' || dev || readImportedMark(data) !== undefined) return undefined;
  const { announce, warn } = operatorLines(logger, damage);
  return new Scrubber(
    { data, heads, readOnly, period: scrub, archive, mirror: scrubMirror },
    { announce, warn, damaged: (sentence) => damage.scrubbed(sentence) },
  );
}

/** How the parts below say something to the operator. */
function operatorLines(logger: Logger, damage: DamageReport) {
  return {
    announce: (sentence: string): void => logger.info(sentence),
    warn: (sentence: string): void => logger.warn(sentence),
    alarm: (sentence: string): void => logger.error(sentence),
    damaged: (sentence: string): void => damage.found(sentence),
  };
}

function tellWitness(logger: Logger, { name, state }: WitnessReport): void {
  if (state === 'ok') logger.info(`witness ${name} cosigns`);
  else logger.warn(`witness ${name} ${state}`);
}

function warnOfRefusal({ active }: LogShards, logger: Logger): void {
  const refusal = active.isClosed ? undefined : active.refusal();
  if (refusal !== undefined) logger.warn(`no entries are taken: ${refusal}`);
}

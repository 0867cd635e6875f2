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
import type { SharedLog, SharedSettings } from './shared/open-shared.ts';
import type { Peers, PlaceDesk } from './shared/place-desk.ts';
import type { GenesisKind } from './start/genesis.ts';
import { startLog } from './start/start-log.ts';
import { readImportedMark } from './folder/imported.ts';
import { startReadOnly } from './start/start-read-only.ts';
import { startOwnWitness, verifyOwnWitness, watchedLogs } from './witness/own-witness.ts';
import { publicationOf } from './witness/publication.ts';

export interface HostOptions {
  readonly logger: Logger;
  /** Called when the outcome of a write is unknown. The process must end. */
  readonly fatal: (reason: unknown) => void;
  /** The other machines of a log that is shared; needed for one alone. */
  readonly peers?: Peers | undefined;
  /** Variables of the process, by which a shared log is found. */
  readonly env?: Readonly<Record<string, string | undefined>>;
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
  /** Answers the other machines of a log that is shared; undefined for a log of this machine alone. */
  readonly desk: PlaceDesk | undefined;
  /** Shows the log's heads, once its interface is ready: a start that is refused has shown nothing. */
  publish(): Promise<void>;
}

/** Opens the log that the settings name, or begins it. @throws LogRefused, StoreRefused before anything is written */
export async function openHostedLog(settings: Settings, options: HostOptions): Promise<HostedLog> {
  const clock = clockOf(settings);
  const damage = new DamageReport(options.logger);
  const { dispose, shared, ...parts } = await openBy(settings, clock, damage, options);
  const { shards, archive } = parts;
  const { logger } = options;
  const scrub = scrubberOf(settings, logger, damage);
  const health = healthOf(shards, settings, {
    droppedLines: () => logger.dropped(),
    damagedReads: () => damage.count,
    archive: archive && (() => archive.state()),
    scrub: scrub && (() => scrub.state(clock.now())),
    shared: shared && (() => ({ state: shared.member.state(), trouble: shared.member.trouble() })),
  });
  return {
    ...parts,
    settings,
    clock,
    logger,
    scrub,
    health,
    damage,
    desk: shared?.desk,
    [Symbol.asyncDispose]: async () => {
      await scrub?.[Symbol.asyncDispose](); // before the log closes its files
      await dispose();
    },
  };
}

type Opened = Pick<HostedLog, 'shards' | 'witness' | 'archive' | 'signOwn' | 'publish'> & {
  readonly dispose: () => Promise<void>;
  readonly shared?: Pick<SharedLog, 'member' | 'desk'>;
};

function openBy(settings: Settings, clock: Clock, damage: DamageReport, options: HostOptions): Promise<Opened> {
  const { shared, readOnly } = settings;
  if (shared !== undefined) return openWithOthers({ ...settings, shared }, clock, damage, options);
  return readOnly ? openToRead(settings) : openToGrow(settings, clock, damage, options);
}

/** Opens this machine's copy of a log that several share. What that needs is loaded for such a log alone. */
async function openWithOthers(
  settings: SharedSettings,
  clock: Clock,
  damage: DamageReport,
  { logger, fatal, peers, env = {} }: HostOptions,
): Promise<Opened> {
  if (peers === undefined) throw new Error('a shared log is served beside other machines alone');
  const { openShared } = await import('./shared/open-shared.ts');
  await using cleanup = new AsyncDisposableStack();
  const told = operatorLines(logger, damage);
  const genesis = settings.genesis ? genesisKindOf(settings) : undefined;
  const publication = publicationOf(settings, clock, {
    tell: (report) => tellWitness(logger, report),
    alarm: told.alarm,
  });
  const shared = cleanup.use(await openShared(settings, { ...told, clock, fatal, peers, env, publication, genesis }));
  const archive =
    settings.archive === undefined ? undefined : cleanup.use(archiverOf(settings, settings.archive, told));
  const { shards, publish, sign } = shared;
  const signOwn = sign && ((document: string) => sign(document, genesisKindOf(settings)));
  const parts = cleanup.move();
  return { shards, witness: undefined, archive, signOwn, publish, shared, dispose: () => parts.disposeAsync() };
}

const genesisKindOf = ({ apis }: Settings): GenesisKind => (apis === 'rekor-v2' ? 'rekor-v2' : 'rekor-v1');

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
  const genesis = genesisKindOf(settings);
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

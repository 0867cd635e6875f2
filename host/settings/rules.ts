import { isAbsolute, normalize, relative } from 'node:path';
import { type Fault } from './failures.ts';
import { type Settings } from './table.ts';
import { settingName } from './values/setting.ts';

/** The settings known so far: a setting whose own value is at fault is missing. */
export interface Readings {
  readonly values: Partial<Settings>;
  /** The name under which a setting was given; undefined when it stands at its default. */
  source(name: keyof Settings): string | undefined;
}

/** Settings that are right alone and wrong together. */
export function conflicts(readings: Readings): readonly Fault[] {
  const rules = [
    withoutDisk,
    withoutWriting,
    withoutPartner,
    withoutWitnesses,
    tooHasty,
    headsInside,
    archiveInside,
    besideOthers,
    bodyTooLarge,
  ];
  return rules.flatMap((rule) => rule(readings));
}

const ON_DISK = ['data', 'heads', 'archive', 'rekorKey', 'c2spKey', 'keyPassphrase'] as const;

function withoutDisk({ values, source }: Readings): readonly Fault[] {
  if (values.dev !== true) return [];
  return ON_DISK.flatMap((name) => fault(source(name), values[name], 'has no use with --dev, which writes nothing'));
}

function withoutWriting({ values, source }: Readings): readonly Fault[] {
  const { readOnly, dev, begin, witnessFor, witness, archive } = values;
  if (readOnly !== true) return [];
  const reason = 'has no use with --read-only, which writes nothing';
  return [
    ...(dev === true ? fault(source('dev'), undefined, reason) : []),
    ...(begin === true ? fault(source('begin'), undefined, reason) : []),
    ...(archive === undefined ? [] : fault(source('archive'), archive, reason)),
    ...(witnessFor === undefined ? [] : fault(source('witnessFor'), witnessFor, reason)),
    ...(witness === undefined || witness === 'off' ? [] : fault(source('witness'), witness, reason)),
  ];
}

function withoutPartner({ values, source }: Readings): readonly Fault[] {
  const [cert, key] = [source('tlsCert'), source('tlsKey')];
  if (cert !== undefined && key === undefined) return fault(cert, values.tlsCert, 'needs --tls-key beside it');
  return cert === undefined ? fault(key, values.tlsKey, 'needs --tls-cert beside it') : [];
}

function withoutWitnesses({ values: { witness, witnessPolicy, witnessFor, dev }, source }: Readings): readonly Fault[] {
  const [mode, policy] = [source('witness'), source('witnessPolicy')];
  if (dev === true && witnessFor !== undefined)
    return fault(source('witnessFor'), witnessFor, 'has no use with --dev: a witness that forgets lets others fork');
  if (witness !== undefined && witness !== 'off' && witnessPolicy === undefined)
    return fault(mode, witness, 'needs --witness-policy beside it');
  return witness === 'off' ? fault(policy, witnessPolicy, 'needs --witness=prefer or --witness=require beside it') : [];
}

/** A writer who is answered before a witness had its time is answered too early. */
function tooHasty({ values: { witness, witnessTimeout, publishTimeout }, source }: Readings): readonly Fault[] {
  if (witness !== 'require' || witnessTimeout === undefined || publishTimeout === undefined) return [];
  if (witnessTimeout < publishTimeout) return [];
  const reason = `--publish-timeout (${publishTimeout} ms) must be longer than --witness-timeout (${witnessTimeout} ms)`;
  return fault(source('publishTimeout') ?? source('witnessTimeout'), undefined, reason);
}

/** A journal that is restored together with the log cannot tell that the log was restored. */
function headsInside({ values: { data, heads }, source }: Readings): readonly Fault[] {
  if (data === undefined || heads === undefined) return [];
  return isInside(data, heads)
    ? fault(
        source('heads') ?? source('data'),
        source('heads') ? heads : data,
        'the journal of heads may not lie in the data folder',
      )
    : [];
}

/** A disk that is lost takes with it what is in the same folder. */
function archiveInside({ values: { data, heads, archive }, source }: Readings): readonly Fault[] {
  if (archive === undefined) return [];
  const inside = [data, heads].some((folder) => folder !== undefined && isInside(folder, archive));
  return inside
    ? fault(source('archive'), archive, 'may not lie in the data or the heads folder: give it another disk')
    : [];
}

/** A log that machines share is none that forgets, only reads, begins anew, or asks witnesses by itself. */
function besideOthers({ values, source }: Readings): readonly Fault[] {
  const { dev, readOnly, begin, witness, witnessFor } = values;
  if (values.shared === undefined) return withoutOthers({ values, source });
  const reason = 'cannot be used together with --shared yet';
  return [
    ...withoutSecret({ values, source }),
    ...(dev === true ? fault(source('dev'), undefined, reason) : []),
    ...(readOnly === true ? fault(source('readOnly'), undefined, reason) : []),
    ...(begin === true ? fault(source('begin'), undefined, reason) : []),
    ...(witness === undefined || witness === 'off' ? [] : fault(source('witness'), witness, reason)),
    ...(witnessFor === undefined ? [] : fault(source('witnessFor'), witnessFor, reason)),
  ];
}

function withoutOthers({ values: { lead }, source }: Readings): readonly Fault[] {
  const names = [...(lead === 'no' ? ['lead' as const] : []), ...SHARED_ALONE];
  return names.flatMap((name) => fault(source(name), undefined, 'has no use without --shared'));
}

function withoutSecret({ values: { lead, sharedSecret }, source }: Readings): readonly Fault[] {
  if (lead !== 'no' || sharedSecret !== undefined) return [];
  return fault(source('lead'), lead, 'needs --shared-secret beside it, because it has no keys to make the secret from');
}

const SHARED_ALONE = ['sharedListen', 'sharedSecret'] as const;

function isInside(folder: string, path: string): boolean {
  const way = relative(normalize(folder), normalize(path));
  return way !== '..' && !/^\.\.[/\\]/.test(way) && !isAbsolute(way);
}

const BODIES = ['maxRequestBody', 'maxV2RequestBody'] as const;

function bodyTooLarge({ values, source }: Readings): readonly Fault[] {
  const all = values.maxBodiesInFlight;
  const name = BODIES.find((body) => all !== undefined && (values[body] ?? 0) > all);
  if (name === undefined) return [];
  return fault(
    source('maxBodiesInFlight') ?? source(name),
    undefined,
    `--max-bodies-in-flight (${all} bytes) must hold at least one --${settingName(name)} (${values[name]} bytes)`,
  );
}

function fault(name: string | undefined, value: string | undefined, reason: string): readonly Fault[] {
  return name === undefined ? [] : [{ name, value, reason }];
}

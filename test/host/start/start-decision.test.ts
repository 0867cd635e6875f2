import { describe, expect, it } from 'vitest';
import type { FoundDatabase } from '../../../storage/identity.ts';
import { type RootHash, nodeHash, treeSize } from '../../../merkle/types.ts';
import type { RecordedShard } from '../../../host/shards/begun-shards.ts';
import { decide, type Decision, type Seen, type SeenKey, type Wish } from '../../../host/start/decision.ts';

const IDENTITY = {
  treeId: '7',
  origin: 'log.test',
  logId: 'id-of-rekor',
  c2spKeyId: 'id-of-c2sp',
  publicKeys: { rekor: 'pem of v1', c2sp: 'pem of tile' },
  offset: 0,
  created: 1_700_000_000,
};
const OWN_GENESIS = { treeId: '7', origin: 'log.test', keys: IDENTITY.publicKeys };
const root = nodeHash(new Uint8Array(32)) as RootHash;
const HEAD = { size: treeSize(3), root };
const LOG: FoundDatabase = { state: 'log', identity: IDENTITY, head: HEAD, frozen: false };

type KeyState = 'none' | 'used' | 'unused';

/** Everything that a start may find, each in turn with each other. */
const KEYS: readonly KeyState[] = ['none', 'used', 'unused'];
const GENESES = {
  none: undefined,
  own: OWN_GENESIS,
  other: { ...OWN_GENESIS, treeId: '8' },
  unreadable: 'unreadable',
} as const;
const JOURNALS = {
  none: undefined,
  begun: { owner: { treeId: '7', logId: 'id-of-rekor' }, size: undefined },
  heads: { owner: { treeId: '7', logId: 'id-of-rekor' }, size: 3 },
  'of another log': { owner: { treeId: '8', logId: 'another id' }, size: undefined },
  unreadable: { owner: undefined, size: undefined },
} as const;
const DATABASES = { missing: { state: 'missing' }, empty: { state: 'empty' }, log: LOG } as const;

const [COPIED, MOVED] = [['its inode was 1 and is 2'], ['the machine id was 1 and is 2']];
const UNUSED_CHANGES = {
  same: { fixed: [], moves: [] },
  moved: { fixed: MOVED, moves: [] },
  copied: { fixed: COPIED, moves: COPIED },
} as const;

const RECORD: RecordedShard = { number: 2, origin: 'log.test', treeId: '7', file: '/data/begun-shards.json' };
const RECORDS = { none: undefined, own: RECORD, other: { ...RECORD, treeId: '8' } } as const;

const PLACE_CHANGES = { none: ['its place.json is missing'], same: [], moved: MOVED, copied: COPIED } as const;

interface Case {
  readonly database: keyof typeof DATABASES;
  readonly rekor: KeyState;
  readonly c2sp: KeyState;
  readonly genesis: keyof typeof GENESES;
  readonly journal: keyof typeof JOURNALS;
  readonly place: keyof typeof PLACE_CHANGES;
  readonly record: 'same' | 'moved' | 'copied';
  readonly later: boolean;
  readonly recorded: keyof typeof RECORDS;
  readonly begin: boolean;
  readonly moves: boolean;
  readonly mayBegin: boolean;
}

const CHOICES: { readonly [Name in keyof Case]: readonly Case[Name][] } = {
  database: ['missing', 'empty', 'log'],
  rekor: KEYS,
  c2sp: KEYS,
  genesis: ['none', 'own', 'other', 'unreadable'],
  journal: ['none', 'begun', 'heads', 'of another log', 'unreadable'],
  place: ['none', 'same', 'moved', 'copied'],
  record: ['same', 'moved', 'copied'],
  later: [false, true],
  recorded: ['none', 'own', 'other'],
  begin: [false, true],
  moves: [false, true],
  mayBegin: [false, true],
};

function product(): readonly Case[] {
  let cases: readonly Record<string, unknown>[] = [{}];
  for (const [name, values] of Object.entries(CHOICES))
    cases = cases.flatMap((one) => values.map((value: unknown) => ({ ...one, [name]: value })));
  return cases as unknown as readonly Case[];
}

const keyOf = (role: SeenKey['role'], state: KeyState): SeenKey => ({
  role: role,
  file: `/keys/${role}.pem`,
  id: state === 'none' ? undefined : `id-of-${role}`,
  isUnused: state === 'unused',
});

function decisionOf(one: Case): Decision {
  const seen: Seen = {
    folder: '/data',
    logFile: 'stele.db',
    headsFile: '/heads/heads.txt',
    database: DATABASES[one.database],
    keys: [keyOf('rekor', one.rekor), keyOf('c2sp', one.c2sp)],
    genesis: GENESES[one.genesis],
    journal: JOURNALS[one.journal],
    hasPlace: one.place !== 'none',
    placeChanges: PLACE_CHANGES[one.place],
    mayHaveMoved: one.place === 'moved',
    unusedChanges: UNUSED_CHANGES[one.record],
    laterShards: one.later ? ['/data/shards/2-next.test'] : [],
    begun: RECORDS[one.recorded],
  };
  const wish: Wish = {
    begin: one.begin,
    volume: one.moves ? 'moves' : 'fixed',
    mayBegin: one.mayBegin,
    recoverCommand: 'stele recover',
  };
  return decide(seen, wish);
}

const ALL = product().map((one) => ({ ...one, decision: decisionOf(one) }));
type Decided = (typeof ALL)[number];
const reasonOf = ({ decision }: Decided): string => (decision.act === 'refuse' ? decision.reason : '');
const isUsed = ({ rekor, c2sp }: Case): boolean => rekor === 'used' || c2sp === 'used';
const hasKey = ({ rekor, c2sp }: Case): boolean => rekor !== 'none' || c2sp !== 'none';
/** Whether nothing but the files of the shard itself keeps it from beginning. */
const isFree = ({ later, recorded, mayBegin }: Case): boolean => !later && recorded === 'none' && mayBegin;
const begun = ALL.filter(({ decision }) => decision.act === 'begin');
const opened = ALL.filter(({ decision }) => decision.act === 'open');
const refused = ALL.filter(({ decision }) => decision.act === 'refuse');

describe('the decision of a start, over everything that it may find', () => {
  it('has a decision for each case', () => {
    expect(ALL.length).toBe(3 * 3 * 3 * 4 * 5 * 4 * 3 * 16 * 3);
    expect([begun, opened, refused].every((some) => some.length > 0)).toBe(true);
  });

  it('begins a log only where there is none', () => {
    expect(begun.every(({ database }) => database !== 'log')).toBe(true);
    expect(opened.every(({ database }) => database === 'log')).toBe(true);
  });
  it('begins a log only where the caller may, and where no shard follows', () => {
    expect(begun.every(({ mayBegin, later }) => mayBegin && !later)).toBe(true);
  });
  it('never begins a shard that has begun, and opens no other in its place', () => {
    expect(begun.every(({ recorded }) => recorded === 'none')).toBe(true);
    expect(opened.every(({ recorded }) => recorded !== 'other')).toBe(true);
  });
  it('never begins a log beside a journal that holds heads, or is not that of the key', () => {
    expect([...new Set(begun.map(({ journal }) => journal))].sort()).toEqual(['begun', 'none']);
    expect(begun.every(({ journal, rekor }) => journal === 'none' || rekor !== 'none')).toBe(true);
  });
  it('begins a log under keys that may have signed only with --begin', () => {
    expect(begun.filter((one) => isUsed(one) || one.genesis !== 'none').every(({ begin }) => begin)).toBe(true);
  });
  it('begins a log under keys that a copied record names only with --begin, also on a volume that moves', () => {
    const copied = begun.filter((one) => hasKey(one) && one.record === 'copied');
    expect(copied.every(({ begin }) => begin)).toBe(true);
  });
  it('begins a log under keys that were prepared on another machine only with --begin, or on a volume that moves', () => {
    const moved = begun.filter((one) => hasKey(one) && one.record === 'moved');
    expect(moved.every(({ begin, moves }) => begin || moves)).toBe(true);
    expect(moved.some(({ begin }) => !begin)).toBe(true);
  });
  it('begins a log beside place.json alone only with --begin', () => {
    expect(begun.filter((one) => !hasKey(one) && one.place !== 'none').every(({ begin }) => begin)).toBe(true);
  });

  it('begins a log on an empty machine', () => {
    const empty = ALL.filter(
      (one) =>
        one.database !== 'log' &&
        !hasKey(one) &&
        one.genesis === 'none' &&
        one.journal === 'none' &&
        one.place === 'none' &&
        isFree(one),
    );
    expect(empty.map(({ decision }) => decision.act)).toEqual(empty.map(() => 'begin'));
  });
  it('goes on with a first start that was cut short, without --begin', () => {
    const cut = ALL.filter(
      (one) =>
        one.database !== 'log' &&
        hasKey(one) &&
        !isUsed(one) &&
        one.record === 'same' &&
        one.genesis === 'none' &&
        (one.journal === 'none' || (one.journal === 'begun' && one.rekor !== 'none')) &&
        isFree(one),
    );
    expect(cut.length).toBeGreaterThan(0);
    expect(cut.map(({ decision }) => decision.act)).toEqual(cut.map(() => 'begin'));
  });

  it('opens a log whose own files stand beside it, whatever the record of unused keys says', () => {
    const whole = ALL.filter(
      (one) =>
        one.database === 'log' &&
        (one.genesis === 'own' || one.genesis === 'none') &&
        !one.begin &&
        one.recorded !== 'other' &&
        (one.place === 'same' || one.moves),
    );
    expect(opened).toEqual(whole);
  });
  it.each([
    ['another log', 'other', 'birth.json in /data is that of log 8 (log.test), and stele.db holds log 7 (log.test)'],
    ['no log that can be read', 'unreadable', 'birth.json in /data cannot be read as a genesis document: move it away'],
  ] as const)('refuses the genesis document of %s', (_what, genesis, sentence) => {
    const some = ALL.filter(
      (one) => one.database === 'log' && one.genesis === genesis && !one.begin && one.recorded !== 'other',
    );
    expect(some.every((one) => reasonOf(one).includes(sentence))).toBe(true);
  });
  it('refuses --begin where there is a log: left in place it would hide a loss', () => {
    const some = ALL.filter((one) => one.database === 'log' && one.begin);
    expect(some.every((one) => reasonOf(one).includes('Start without it'))).toBe(true);
  });

  it('names the setting for volumes that move only where nothing tells a copy, and says that it is for no copy', () => {
    const elsewhere = refused.filter((one) => reasonOf(one).includes('is not where this log was written'));
    expect(new Set(elsewhere.map(({ place }) => place))).toEqual(new Set(['none', 'moved', 'copied']));
    for (const one of elsewhere) expect(/volume|moves/.test(reasonOf(one))).toBe(one.place === 'moved');
    const advised = refused.filter((one) => reasonOf(one).includes('set volume to moves'));
    expect(advised.every((one) => reasonOf(one).endsWith('never for a copy of a log that may still run'))).toBe(true);
  });

  it('names everything that is there and everything that is missing', () => {
    const lost = refused.filter(
      (one) => one.database !== 'log' && one.mayBegin && !one.later && one.recorded === 'none',
    );
    for (const one of lost) {
      const reason = reasonOf(one);
      const [there = '', missing = ''] = reason.split('; missing as well: ');
      const stands = (name: string, is: boolean): void => {
        expect([reason, there.includes(name), missing.includes(name)]).toEqual([reason, is, !is]);
      };
      stands('the rekor key /keys/rekor.pem', one.rekor !== 'none');
      stands('the c2sp key /keys/c2sp.pem', one.c2sp !== 'none');
      stands('the head journal /heads/heads.txt', one.journal !== 'none');
      stands('birth.json', one.genesis !== 'none');
      expect(reason).toMatch(/^\/data holds no log \(stele\.db is (missing|there, and no log has begun in it)\)/);
      expect(reason).toMatch(/--begin$|--data, --heads and keys of its own$/);
    }
  });
});

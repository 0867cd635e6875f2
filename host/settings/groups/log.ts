import { originName, webAddress } from '../values/network-values.ts';
import { optional, setting } from '../values/setting.ts';
import { choice, day, duration, flag, keyPlace, onOff, path, periodOrOff, size } from '../values/values.ts';
import { fromData, STANDARD_DATA } from './data-folder.ts';
import { DAY, GIB, MINUTE, SECOND } from './units.ts';

export const DATA = {
  data: setting(path, STANDARD_DATA, 'Folder that holds the log. One server at a time.'),
  heads: setting(
    path,
    fromData('-heads'),
    'Folder of the journal of signed heads. Keep it apart from --data, so that a restored backup is noticed.',
  ),
  volume: setting(
    choice('fixed', 'moves'),
    'fixed',
    'Whether the data folder must stay on the same device of the same machine; moves for volumes that are attached elsewhere, never for a copy: a copy is not told from its original then.',
  ),
  minFree: optional(
    size(0, 1024 * GIB),
    'Bytes that stay free on the volumes of --data and --heads: below that, entries are refused (503) and reads go on. Unless given, a hundredth of each volume, and at most 64MiB.',
  ),
  archive: optional(
    path,
    'Folder, on another disk, in which a backup of the log is kept that is at most a second behind: docs/backup.md. Entries do not wait for it. Not together with --dev or --read-only.',
  ),
  scrub: setting(
    periodOrOff(SECOND, 366 * DAY),
    '7d',
    'Time in which all that is stored is read, hashed and compared with what was signed, again and again: docs/operating.md, "Scrub". A log of --dev is not scrubbed.',
  ),
  scrubMirror: optional(
    webAddress,
    'Another server of this log, or its exported files: where the scrub finds an entry damaged it reads the bundle there, and writes it only if it has the hashes under the signed root. The archive is asked before it.',
  ),
  readOnly: setting(
    flag,
    'off',
    'Serves the log as it was published last, and takes no entries. Needs no keys and writes nothing: for a read-only mount, a snapshot or a copy. Not together with --dev, --begin or --witness-for.',
  ),
  dev: setting(
    flag,
    'off',
    'Keeps keys in memory and entries in a temporary folder, and forgets both at the end; the folder of one that was killed is removed by the next --dev start. Not together with --data, --heads or key files.',
  ),
};

export const IDENTITY = {
  origin: optional(
    originName,
    'Name of the log in its checkpoints, permanent from its beginning. A log that begins without one is named localhost, for ever.',
  ),
  rekorKey: setting(
    keyPlace,
    fromData('/keys/rekor-v1.pem'),
    'PEM file with the ECDSA P-256 key that signs for the Rekor v1 API. Made on first start. Or a signer outside of the server, as signer:unix:PATH of its socket or signer:exec:COMMAND: docs/signers.md.',
    ['v1-key'],
  ),
  c2spKey: setting(
    keyPlace,
    fromData('/keys/tile.pem'),
    'PEM file with the Ed25519 key that signs checkpoints for C2SP and Rekor v2. Made on first start. Or a signer, as with --rekor-key.',
    ['tile-key'],
  ),
  keyPassphrase: optional(
    path,
    'File whose first line is the passphrase of key files that are encrypted (PKCS #8), such as a credential of systemd. Keys that a first start makes are encrypted with it. Not together with --dev.',
  ),
  genesis: setting(
    onOff,
    'on',
    "Whether entry 0 is the log's own. Many clients cannot read an entry with the index 0.",
  ),
  begin: setting(
    flag,
    'off',
    'Begins a log under keys that exist already, which would be a fork if one of them has signed. For one start only: a log that has begun refuses it.',
  ),
  clockTolerance: setting(
    duration(SECOND, 60 * MINUTE),
    '10s',
    'Jump of the wall clock after which the log takes no more entries.',
  ),
  clockChecked: optional(
    day,
    'Day on which the operator found the clock of the machine to be right. Needed where the log cannot know: for a start more than a year after its newest entry, and for a log that begins more than five years after the date of its version.',
  ),
  clockSynchronized: setting(
    choice('require', 'ignore'),
    'ignore',
    'Whether entries are taken only while the system says that a time service keeps its clock right. Linux alone can say so.',
  ),
};

import { ADD_CHECKPOINT_LIMIT } from '../../checkpoint/witness/request.ts';
import { type Answer, type Headers, handlerError, json } from '../http/answer.ts';
import type { RequestRules, ApiFormat } from '../apis/format.ts';
import { plain } from '../apis/plain.ts';
import { rekorV1 } from '../apis/rekor-v1.ts';
import { rekorV2 } from '../apis/rekor-v2.ts';
import type { ApiName, OperationId } from '../http/operation.ts';

/** One operation as its API's framework has it. */
export interface OperationSpec extends RequestRules {
  readonly format: ApiFormat;
  /** The API it belongs to; undefined for operations that are open with every choice of APIs. */
  readonly api?: ApiName;
  /**
   * How its path is compared. `clean`: without dot segments, doubled and trailing slashes, as Rekor v1 does; `exact`: as sent;
   * `below`: as sent, up to the last parameter, which takes all that follows.
   */
  readonly match: 'clean' | 'exact' | 'below';
  /** Bytes that its body may have, where that is no setting; or less, where the setting of its API says less. */
  readonly maxBodyBytes?: number;
  /** Sent with every answer, errors too. */
  readonly headers?: Headers;
  /** Whether `HEAD` is answered like `GET`, which neither of Rekor's APIs does. */
  readonly answersHead?: true;
  /** Answer if the operator has disabled it; undefined where that cannot be. */
  readonly disabled?: Answer;
}

/** Bytes: four times the longest key that is read, in base64. */
const LONGEST_SEARCH = 2 ** 20;

const JSON_ONLY = ['application/json'];
const KEY_TYPES = ['application/x-pem-file', 'application/json'];

/** Headers of answers that no cache may keep: rekor-v1 §1.4. */
const NEVER_CACHE: Headers = {
  'Cache-Control': 'no-cache, no-store, no-transform, must-revalidate, private, max-age=0',
  Expires: 'Thu, 01 Jan 1970 00:00:00 GMT',
  Pragma: 'no-cache',
  'X-Accel-Expires': '0',
};

const V1 = { format: rekorV1, api: 'rekor-v1', match: 'clean', produces: JSON_ONLY } as const;
const V1_READ = { ...V1, headers: NEVER_CACHE } as const;
const V2 = { format: rekorV2, api: 'rekor-v2', match: 'exact', produces: JSON_ONLY } as const;
const V2_READ = { ...V2, answersHead: true } as const;
const FILE = { format: plain, api: 'rekor-v2', match: 'exact', produces: [], answersHead: true } as const;
const SERVICE = { format: plain, match: 'clean', produces: [], answersHead: true } as const;

/** Every operation of the document, and how it is asked for. */
export const operationSpecs: { readonly [Op in OperationId]: OperationSpec } = {
  createLogEntry: { ...V1, body: 'proposedEntry', disabled: notEnabled('Create Entry') },
  getLogEntryByIndex: { ...V1_READ, disabled: notEnabled('Get Log Entry by Index') },
  getLogEntryByUUID: { ...V1_READ, disabled: notEnabled('Get Log Entry by UUID') },
  searchLogQuery: { ...V1, body: 'entry', disabled: notEnabled('Search Log Query') },
  getLogInfo: {
    ...V1_READ,
    disabled: { status: 501, body: json('operation tlog.GetLogInfo has not yet been implemented') },
  },
  getPublicKey: { ...V1_READ, produces: KEY_TYPES, disabled: notEnabled('Get Public Key') },
  getLogProof: { ...V1_READ, disabled: notEnabled('Get Log Proof') },
  searchIndex: { ...V1, body: 'query', maxBodyBytes: LONGEST_SEARCH, disabled: notEnabled('Search Index') },

  createEntry: { ...V2, body: 'createEntryRequest' },
  getCheckpoint: V2_READ,
  getTile: { ...V2_READ, match: 'below' },
  getEntryBundle: { ...V2_READ, match: 'below' },
  getTilePublicKey: V2_READ,
  listHeads: V2_READ,
  getTlogProof: { ...V2_READ, match: 'below' },

  getCheckpointFile: FILE,
  getTileFile: { ...FILE, match: 'below' },
  getEntryBundleFile: { ...FILE, match: 'below' },
  getVkey: FILE,
  getDiscovery: { format: plain, match: 'exact', produces: [], answersHead: true },

  addCheckpoint: {
    format: plain,
    match: 'exact',
    produces: [],
    body: 'addCheckpoint',
    maxBodyBytes: ADD_CHECKPOINT_LIMIT,
  },
  getWitnessedCheckpoint: { format: plain, match: 'below', produces: [], answersHead: true },

  ping: { ...SERVICE, match: 'exact' },
  alive: { ...SERVICE, format: rekorV2 },
  ready: SERVICE,
};

function notEnabled(name: string): Answer {
  return handlerError(501, `${name} API not enabled in this Rekor instance`);
}

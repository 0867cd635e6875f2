import { toHex, utf8 } from '../../base/bytes.ts';
import { sha256 } from '../../base/sha256.ts';
import { formatSize, SIZE_TYPE } from '../../checkpoint/witness/answer.ts';
import type { RefusalReason } from '../../checkpoint/witness/judge.ts';
import { ADD_CHECKPOINT_LIMIT } from '../../checkpoint/witness/request.ts';
import type { WitnessAnswer } from '../../witness/own-witness.ts';
import { PLAIN_OPERATION } from '../operations/defaults.ts';
import type { OperationParts, Operations } from '../operations/operation.ts';

const TEXT = 'text/plain; charset=utf-8';
const NO_STORE = { 'Cache-Control': 'no-store' };

/** HTTP statuses of c2sp.org/tlog-witness. */
const STATUS = {
  'sizes-reversed': 400,
  'signature-missing': 403,
  'signature-bad': 403,
  'origin-unknown': 404,
  'tree-inconsistent': 422,
} as const satisfies Record<RefusalReason, number>;

/** The HTTP response to a request for a cosignature. */
export function addCheckpointResponse(answer: WitnessAnswer) {
  switch (answer.verdict) {
    case 'cosigned':
      return { status: 200, headers: NO_STORE, body: { type: TEXT, text: answer.signatures } } as const;
    case 'conflict':
      return { status: 409, headers: NO_STORE, body: { type: SIZE_TYPE, text: formatSize(answer.size) } } as const;
    case 'refuse':
      return {
        status: STATUS[answer.reason],
        headers: NO_STORE,
        body: { type: TEXT, text: `${answer.text}\n` },
      } as const;
  }
}

const isThere = ({ witness }: OperationParts): boolean => witness !== undefined;

/** Our own witness: c2sp.org/tlog-witness. Without one, nothing is there. */
export const witnessOperations: Pick<Operations, 'addCheckpoint' | 'getWitnessedCheckpoint'> = {
  addCheckpoint: {
    ...PLAIN_OPERATION,
    route: 'POST /add-checkpoint',
    access: 'anyone',
    body: 'addCheckpoint',
    maxBodyBytes: ADD_CHECKPOINT_LIMIT,
    isThere,
    async handle({ body }, { witness }) {
      if (witness === undefined)
        return { status: 404, headers: NO_STORE, body: { type: TEXT, text: 'no witness is here\n' } };
      return addCheckpointResponse(await witness.addCheckpoint(body));
    },
  },

  getWitnessedCheckpoint: {
    ...PLAIN_OPERATION,
    route: 'GET /witness/{log}',
    access: 'anyone',
    match: 'prefix',
    answersHead: true,
    isThere,
    /** `rest` is `<hex SHA-256 of the origin>/checkpoint`. */
    async handle({ rest }, { witness }) {
      const found = witness?.witnessed().find(({ origin }) => rest === `${toHex(sha256(utf8(origin)))}/checkpoint`);
      if (found === undefined) return { status: 404, headers: NO_STORE, body: { type: TEXT, text: 'not found\n' } };
      return { status: 200, headers: { 'Cache-Control': 'no-cache' }, body: { type: TEXT, text: found.note } };
    },
  },
};

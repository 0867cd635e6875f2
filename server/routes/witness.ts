import { toHex, utf8 } from '../../base/bytes.ts';
import { sha256 } from '../../base/sha256.ts';
import { SIZE_TYPE } from '../../checkpoint/witness/answer.ts';
import type { OwnWitness } from '../../witness/own-witness.ts';
import type { Handlers } from '../http/operation.ts';

const TEXT = 'text/plain; charset=utf-8';
const NO_STORE = { 'Cache-Control': 'no-store' };

/** Serves our own witness: c2sp.org/tlog-witness. Without one, nothing is there. */
export function witnessRoutes(
  witness: OwnWitness | undefined,
): Pick<Handlers, 'addCheckpoint' | 'getWitnessedCheckpoint'> {
  return {
    async addCheckpoint({ body }) {
      if (witness === undefined)
        return { status: 404, headers: NO_STORE, body: { type: TEXT, text: 'no witness is here\n' } };
      const { status, text } = await witness.addCheckpoint(body);
      if (status === 409) return { status, headers: NO_STORE, body: { type: SIZE_TYPE, text } };
      return { status, headers: NO_STORE, body: { type: TEXT, text } };
    },

    /** `<hex SHA-256 of the origin>/checkpoint`. */
    async getWitnessedCheckpoint({ rest }) {
      const found = witness?.witnessed().find(({ origin }) => rest === `${toHex(sha256(utf8(origin)))}/checkpoint`);
      if (found === undefined) return { status: 404, headers: NO_STORE, body: { type: TEXT, text: 'not found\n' } };
      return { status: 200, headers: { 'Cache-Control': 'no-cache' }, body: { type: TEXT, text: found.note } };
    },
  };
}

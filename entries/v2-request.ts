import { type JsonLimits } from '../base/json-meter.ts';
import { readProtoJson } from '../base/proto-json.ts';
import { message, readMessage } from '../base/proto-message.ts';
import { type AdmissionRules, isEnabled } from './admission.ts';
import { InvalidEntry } from './failures.ts';

/** The proposal in a request of Rekor v2, in the form that a registry of kinds takes. */
export interface V2Proposal {
  readonly kind: 'hashedrekord' | 'dsse';
  readonly apiVersion: '0.0.2';
  /** The request's JSON for this kind; the kind reads it. */
  readonly spec: unknown;
}

/** A request, whose members are read by the kinds that they ask for. */
const CREATE_ENTRY_REQUEST = message({ hashed_rekord_request_v002: 'json', dsse_request_v002: 'json' }, [
  'hashed_rekord_request_v002',
  'dsse_request_v002',
]);

/** Ten signatures by ten keys are a hundred values, five levels deep. What has ten times as many is refused in any case. */
const LIMITS: JsonLimits = { depth: 16, values: 1000 };

/**
 * The entry that a `CreateEntryRequest` in proto3 JSON asks for. Of its members only those at the top are read here, but
 * that none stands twice is made sure of on every level, since only the text shows it. A kind that is switched off is
 * none that can be asked for.
 *
 * @throws MalformedJson where a gRPC gateway would not find a request in `body`
 * @throws InvalidEntry in Rekor's words if it asks for nothing that this log takes
 */
export function readCreateEntryRequest(body: Uint8Array, { kinds }: Pick<AdmissionRules, 'kinds'>): V2Proposal {
  const request = readMessage(readProtoJson(body, LIMITS), CREATE_ENTRY_REQUEST, '');
  const asked = [
    { kind: 'hashedrekord', apiVersion: '0.0.2', spec: request.hashedRekordRequestV002 },
    { kind: 'dsse', apiVersion: '0.0.2', spec: request.dsseRequestV002 },
  ] as const;
  const found = asked.find(({ spec }) => spec !== undefined);
  if (found === undefined) throw new InvalidEntry(`${INVALID_TYPE}: the request has no hashedRekordRequestV002`);
  if (!isEnabled(kinds, found.kind, found.apiVersion)) throw new InvalidEntry(refusalOf(found.kind));
  return found;
}

/** Rekor's message, in full. */
const INVALID_TYPE = 'invalid type, must be hashedrekord';

function refusalOf(kind: V2Proposal['kind']): string {
  if (kind === 'dsse') return `${INVALID_TYPE}: this log takes no dsseRequestV002`;
  return 'invalid type: this log takes no hashedRekordRequestV002';
}

import { dsseRequestOf, hashedRekordRequest, keyVerifier, makeV2Signer } from './v2-requests.ts';
import { dsse, hashedrekord, intoto001, intoto002, newSubmitter, statement } from '../../testkit/proposals.ts';

/** A request to one of the two APIs. */
export interface Submission {
  readonly path: '/api/v1/log/entries' | '/api/v2/log/entries';
  readonly body: unknown;
}

const V1 = '/api/v1/log/entries';
const V2 = '/api/v2/log/entries';

/** Submissions to both APIs, in turn, of every kind there is. No two are equal. */
export function mixedSubmissions(count: number): readonly Submission[] {
  const submitter = newSubmitter();
  const signer = makeV2Signer();
  const makers: readonly ((artifact: string) => Submission)[] = [
    (artifact) => ({ path: V1, body: hashedrekord(artifact, submitter) }),
    (artifact) => {
      const hashedRekordRequestV002 = hashedRekordRequest(signer, keyVerifier(signer), artifact);
      return { path: V2, body: { hashedRekordRequestV002 } };
    },
    (artifact) => ({ path: V1, body: dsse(statement(artifact), submitter) }),
    (artifact) => ({ path: V2, body: { dsseRequestV002: dsseRequestOf([signer], statement(artifact)) } }),
    (artifact) => ({ path: V1, body: intoto001(statement(artifact), submitter) }),
    (artifact) => ({ path: V1, body: intoto002(statement(artifact), submitter) }),
  ];
  return Array.from({ length: count }, (_, i) => {
    const make = makers[i % makers.length] as (artifact: string) => Submission;
    return make(`artifact ${i}`);
  });
}

import { Failure } from '../../base/failure.ts';
import { fails, type Refusal } from '../../base/verdict.ts';
import type { Submission } from '../../client/http/log-client.ts';
import { type AdmittedForm, admitRekorV1, admitRekorV2 } from './admit.ts';

/** An entry that is ready to be submitted or to be looked for: in the forms of both APIs, and each checked here. */
export interface PreparedEntry extends Submission {
  readonly rekorV1?: AdmittedForm;
  readonly rekorV2?: AdmittedForm;
}

/** Attempts of the forms, the likely one first. */
export interface Attempts {
  readonly rekorV1: readonly object[];
  readonly rekorV2: readonly object[];
}

/** Returns the first form of each API whose signatures hold, or why none does. */
export function prepare({ rekorV1, rekorV2 }: Attempts): PreparedEntry | Refusal {
  const first = firstOf(rekorV1, admitRekorV1);
  const second = firstOf(rekorV2, admitRekorV2);
  if (!isForm(first) && !isForm(second)) return first ?? second ?? fails('there is nothing to be signed');
  return { ...(isForm(first) && { rekorV1: first }), ...(isForm(second) && { rekorV2: second }) };
}

function isForm(one: AdmittedForm | Refusal | undefined): one is AdmittedForm {
  return one !== undefined && 'uuid' in one;
}

function firstOf(
  requests: readonly object[],
  admit: (request: object) => AdmittedForm,
): AdmittedForm | Refusal | undefined {
  let refusal: Refusal | undefined;
  for (const request of requests) {
    try {
      return admit(request);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      refusal ??= fails(error.message);
    }
  }
  return refusal;
}

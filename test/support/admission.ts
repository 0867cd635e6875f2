import { JSON_LIMITS, type JsonLimits } from '../../base/json-meter.ts';
import type { AdmissionRules } from '../../entries/admission.ts';
import { DEFAULT_ALGORITHMS } from '../../entries/algorithm-policy.ts';
import type { Admission } from '../../server/admission/pool.ts';
import { createTasks } from '../../server/admission/tasks.ts';
import { type AdmissionSettings, fromOutcome, type Task } from '../../server/admission/messages.ts';

/** Settings that hold by default. @param changes - of its rules */
export function testAdmissionSettings(
  changes: Partial<AdmissionRules> = {},
  json: JsonLimits = JSON_LIMITS,
): AdmissionSettings {
  const rules = {
    algorithms: new Set(DEFAULT_ALGORITHMS),
    kinds: new Set(['hashedrekord', 'intoto', 'dsse']),
    keysForCertificates: true,
    maxBody: 65_535,
    maxAttestation: 102_400,
    ...changes,
  };
  return { rules, json, maxRetrieve: 10, verifier: 'auto' };
}

/** Does the work of the admission threads on this one. @param changes - of the rules that hold by default */
export function directAdmission(changes: Partial<AdmissionRules> = {}, json: JsonLimits = JSON_LIMITS): Admission {
  const work = createTasks(testAdmissionSettings(changes, json));
  const run = async (task: Task, body: Uint8Array): Promise<never> => {
    const [outcome] = await work({ id: 0, tasks: [task], lengths: [body.length], bytes: new Uint8Array(body) });
    if (outcome === undefined) throw new Error('no outcome');
    if (outcome.is !== 'value') throw fromOutcome(outcome);
    return outcome.value as never;
  };
  return {
    create: (body) => run('create', body),
    createV2: (body) => run('createV2', body),
    logQuery: (body) => run('logQuery', body),
    searchQuestion: (body) => run('searchQuestion', body),
  };
}

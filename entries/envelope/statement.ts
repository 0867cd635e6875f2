import { MalformedJson } from '../../base/failures.ts';
import { foldedMember, isObject, readJson } from '../../base/json-reader.ts';
import { misfit, type Shape } from './go-shape.ts';

/** The payload type of in-toto statements: the only one that is looked into. */
export const IN_TOTO_TYPE = 'application/vnd.in-toto+json';

const DIGESTS: Shape = { values: 'text' };

const SUBJECTS: Shape = { members: { subject: { each: { members: { digest: DIGESTS } } } } };

const MATERIALS: Shape = { members: { materials: { each: { members: { digest: DIGESTS } } } } };

/** SLSA provenance 0.2 with every member that in-toto-golang knows. */
const PROVENANCE: Shape = {
  members: {
    _type: 'text',
    predicateType: 'text',
    subject: { each: { members: { name: 'text', digest: DIGESTS } } },
    predicate: {
      members: {
        builder: { members: { id: 'text' } },
        buildType: 'text',
        invocation: {
          members: { configSource: { members: { uri: 'text', digest: DIGESTS, entryPoint: 'text' } } },
        },
        metadata: {
          members: {
            buildInvocationID: 'text',
            buildStartedOn: 'time',
            buildFinishedOn: 'time',
            completeness: { members: { parameters: 'flag', environment: 'flag', materials: 'flag' } },
            reproducible: 'flag',
          },
        },
        materials: { each: { members: { uri: 'text', digest: DIGESTS } } },
      },
    },
  },
};

/**
 * The digests of subjects and materials in a statement, as `<algorithm>:<value>` in the statement's spelling; undefined
 * if it is no statement.
 *
 * @param materials - taken from any predicate that has them (`any`), or only from a statement that is SLSA
 * provenance 0.2 in all its members (`provenance`)
 */
export function statementDigests(payload: Uint8Array, materials: 'any' | 'provenance'): readonly string[] | undefined {
  const statement = parse(payload);
  if (statement === undefined || misfit(statement, SUBJECTS) !== undefined) return undefined;
  const predicate = member(statement, 'predicate');
  const readable = materials === 'any' ? misfit(predicate, MATERIALS) : misfit(statement, PROVENANCE);
  const sources = [...list(statement, 'subject'), ...(readable === undefined ? list(predicate, 'materials') : [])];
  return sources.flatMap(digestsOf);
}

/** Undefined if it is no JSON, or more of it than is read here. */
function parse(payload: Uint8Array): unknown {
  try {
    return readJson(payload, 'refuse');
  } catch (error) {
    if (error instanceof MalformedJson) return undefined;
    throw error;
  }
}

/** Go decodes null into an empty string. */
function digestsOf(source: unknown): readonly string[] {
  const digests = member(source, 'digest');
  if (!isObject(digests)) return [];
  return Object.entries(digests).map(([algorithm, value]) => `${algorithm}:${typeof value === 'string' ? value : ''}`);
}

function list(value: unknown, name: string): readonly unknown[] {
  const found = member(value, name);
  return Array.isArray(found) ? found : [];
}

function member(value: unknown, name: string): unknown {
  return isObject(value) ? foldedMember(value, name) : undefined;
}

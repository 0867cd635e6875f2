import { CostlyJson, MalformedJson } from '../../base/failures.ts';
import { foldedMember, isObject } from '../../base/json-reader.ts';
import { InvalidEntry } from '../failures.ts';
import { misfit, type Shape } from './go-shape.ts';
import { readShaped } from './shaped.ts';

/** The payload type of in-toto statements: the only one that is looked into. */
export const IN_TOTO_TYPE = 'application/vnd.in-toto+json';

const DIGESTS: Shape = { values: 'text' };

const SUBJECTS = { members: { subject: { each: { members: { digest: DIGESTS } } } } } as const satisfies Shape;

const MATERIALS: Shape = { members: { materials: { each: { members: { digest: DIGESTS } } } } };

/** All of a statement that `any` looks at. */
const SUBJECTS_AND_MATERIALS: Shape = { members: { ...SUBJECTS.members, predicate: MATERIALS } };

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
 * @throws InvalidEntry if it is more than is read here
 */
export function statementDigests(payload: Uint8Array, materials: 'any' | 'provenance'): readonly string[] | undefined {
  const statement = parse(payload, materials === 'any' ? SUBJECTS_AND_MATERIALS : PROVENANCE);
  if (statement === undefined || misfit(statement, SUBJECTS) !== undefined) return undefined;
  const predicate = member(statement, 'predicate');
  const readable = materials === 'any' ? misfit(predicate, MATERIALS) : misfit(statement, PROVENANCE);
  const sources = [...list(statement, 'subject'), ...(readable === undefined ? list(predicate, 'materials') : [])];
  return sources.flatMap(digestsOf);
}

/**
 * The digests of the subjects of a statement alone, as `<algorithm>:<value>` in the statement's spelling; undefined if it is no
 * statement.
 *
 * @throws InvalidEntry if it is more than is read here
 */
export function subjectDigests(payload: Uint8Array): readonly string[] | undefined {
  const statement = parse(payload, SUBJECTS);
  if (statement === undefined || misfit(statement, SUBJECTS) !== undefined) return undefined;
  return list(statement, 'subject').flatMap(digestsOf);
}

/** The predicate type of a statement; undefined if the payload is none, or names none. @throws InvalidEntry */
export function predicateTypeOf(payload: Uint8Array): string | undefined {
  const type = member(parse(payload, { members: { predicateType: 'text' } }), 'predicateType');
  return typeof type === 'string' ? type : undefined;
}

/** Undefined if it is no JSON. @throws InvalidEntry */
function parse(payload: Uint8Array, shape: Shape): unknown {
  try {
    return readShaped(payload, shape);
  } catch (error) {
    if (error instanceof CostlyJson)
      throw new InvalidEntry(`the statement in the payload of the envelope: ${error.message}`, { cause: error });
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

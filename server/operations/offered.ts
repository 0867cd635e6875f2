import type { ApiName, OperationId } from '../http/operation.ts';
import { operationSpecs } from './operation-specs.ts';
import type { OpenApiDocument } from '../pages/mount.ts';

/** The settings that decide which operations a log answers. */
export interface Offer {
  readonly apis: readonly ApiName[];
  /** Of those that can be switched off, the ones that are on. */
  readonly operations: readonly OperationId[];
  /** Whether the log takes no entries any more. */
  readonly isClosed: boolean;
  /** Whether there is a witness for other logs. */
  readonly hasWitness: boolean;
}

const WRITES: ReadonlySet<OperationId> = new Set(['createLogEntry', 'createEntry']);
const WITNESSES: ReadonlySet<OperationId> = new Set(['addCheckpoint', 'getWitnessedCheckpoint']);

/** Whether an operation does here what it is there for. One that is closed or switched off answers that it is not there. */
export function isOffered(id: OperationId, { apis, operations, isClosed, hasWitness }: Offer): boolean {
  const { api, disabled } = operationSpecs[id];
  if (api !== undefined && !apis.includes(api)) return false;
  if (WITNESSES.has(id)) return hasWitness;
  if (WRITES.has(id) && isClosed) return false;
  return (disabled === undefined && id !== 'createEntry') || operations.includes(id);
}

interface Tagged {
  readonly tags?: readonly string[];
}

/** The document without operations that are not offered, and without tags that only those have. */
export function offeredDocument(document: OpenApiDocument, has: (id: OperationId) => boolean): OpenApiDocument {
  const paths = Object.entries(document.paths).flatMap(([path, methods]) => {
    const offered = Object.entries(methods).filter(([, { operationId }]) => has(operationId as OperationId));
    return offered.length === 0 ? [] : [[path, Object.fromEntries(offered)] as const];
  });
  const operations = paths.flatMap(([, methods]) => Object.values(methods) as readonly Tagged[]);
  const used = new Set(operations.flatMap(({ tags = [] }) => tags));
  const tags = (document['tags'] as readonly { readonly name: string }[]).filter(({ name }) => used.has(name));
  return { ...document, tags, paths: Object.fromEntries(paths) };
}

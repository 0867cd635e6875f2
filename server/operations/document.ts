import type { AnyOperation, OperationId, OperationParts, Operations } from './operation.ts';

/** The OpenAPI document: what is needed of it here, and the rest. */
export interface OpenApiDocument {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly operationId: string; readonly 'x-right'?: string }>>>
  >;
  readonly [member: string]: unknown;
}

/** Whether an operation does here what it is there for. One that is closed or switched off answers that it is not there. */
export function isOffered(id: OperationId, operations: Operations, parts: OperationParts): boolean {
  const { api, disabled, isThere }: AnyOperation = operations[id];
  const { settings } = parts;
  if (api !== undefined && !settings.apis.includes(api)) return false;
  if (disabled !== undefined && !settings.operations.includes(id)) return false;
  return isThere === undefined || isThere(parts);
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

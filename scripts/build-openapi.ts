import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { parse } from 'yaml';
import type { EntryKind } from '../entries/kind.ts';
import { kinds, v2Kinds } from '../entries/kinds/index.ts';

/* Joins the hand-written document with the schema of every registered kind: `openapi.json`, and types made from it. */

type Group = Readonly<Record<string, object>>;

interface Operation {
  /** The right that it needs; undefined for what is answered without one. */
  readonly 'x-right'?: string;
  readonly responses: Readonly<Record<string, object>>;
}

interface Source {
  readonly info: object;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Group>>;
}

function proposed({ kind, version, schema }: EntryKind): object {
  return {
    type: 'object',
    title: `${kind} ${version}`,
    required: ['kind', 'apiVersion', 'spec'],
    properties: { kind: { const: kind }, apiVersion: { const: version }, spec: schema },
  };
}

/** One member for each kind, and one of them at a time: the oneof of dev.sigstore.rekor.v2.CreateEntryRequest. */
function createEntryRequest(v2: readonly EntryKind[]): object {
  const members = v2.map(({ kind, schema }) => [REQUEST_MEMBER[kind] ?? kind, schema] as const);
  return { type: 'object', maxProperties: 1, properties: Object.fromEntries(members) };
}

const REQUEST_MEMBER: Readonly<Record<string, string>> = {
  hashedrekord: 'hashedRekordRequestV002',
  dsse: 'dsseRequestV002',
};

/** Names of the answers to who lacks a right, in the format of the API that a path belongs to. */
function refusalsOf(path: string): Readonly<Record<string, string>> {
  if (path.startsWith('/api/v1/')) return { 401: 'Unauthenticated', 403: 'Forbidden', 503: 'Busy' };
  if (path.startsWith('/api/v2/'))
    return { 401: 'StatusUnauthenticated', 403: 'StatusForbidden', 503: 'StatusUnavailable' };
  return { 401: 'TextUnauthenticated', 403: 'TextForbidden', 503: 'TextBusy' };
}

/** Name of the answer to who has used up a quota. */
function tooManyAt(path: string): string {
  return path.startsWith('/api/v1/') ? 'TooMany' : 'StatusTooMany';
}

/** Adds the answers of a private log to each operation that needs a right, and the ways to send a credential. */
function withRights(paths: Source['paths']): Source['paths'] {
  const described = Object.entries(paths).map(([path, methods]) => {
    const refusals = Object.entries(refusalsOf(path)).map(
      ([status, name]) => [status, { $ref: `#/components/responses/${name}` }] as const,
    );
    const operations = Object.entries(methods).map(([method, operation]) => {
      if (operation['x-right'] === undefined) return [method, operation] as const;
      const limited =
        operation['x-right'] === 'submit' ? { 429: { $ref: `#/components/responses/${tooManyAt(path)}` } } : {};
      const responses = { ...Object.fromEntries(refusals), ...limited, ...operation.responses };
      return [method, { ...operation, security: [{}, { token: [] }, { password: [] }], responses }] as const;
    });
    return [path, Object.fromEntries(operations)] as const;
  });
  return Object.fromEntries(described);
}

/** Two documents as one: of groups with one name, all members. */
function merge(first: Source, second: Source): Source {
  const names = new Set([...Object.keys(first.components), ...Object.keys(second.components)]);
  const components = [...names].map(
    (name) => [name, { ...first.components[name], ...second.components[name] }] as const,
  );
  return { ...first, paths: { ...first.paths, ...second.paths }, components: Object.fromEntries(components) };
}

function join(source: Source, v1: readonly EntryKind[], v2: readonly EntryKind[], release: string): object {
  const names = v1.map(({ kind, version }) => `${kind}-${version}`);
  const schemas: Group = {
    ...source.components['schemas'],
    ProposedEntry: { oneOf: names.map((name) => ({ $ref: `#/components/schemas/${name}` })) },
    ...Object.fromEntries<object>(v1.map((kind, i) => [names[i] ?? '', proposed(kind)])),
    CreateEntryRequest: createEntryRequest(v2),
  };
  const info = { ...source.info, version: release };
  return { ...source, info, paths: withRights(source.paths), components: { ...source.components, schemas } };
}

const project = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};
const at = (name: string): URL => new URL(`../openapi/${name}`, import.meta.url);
const read = async (name: string): Promise<Source> =>
  parse(await readFile(at(name), 'utf8'), { merge: true }) as Source;
const document = join(merge(await read('rekor-v1.yaml'), await read('tiles.yaml')), kinds, v2Kinds, project.version);
const types = astToString(await openapiTS(structuredClone(document) as OpenAPI3, { immutable: true }));
const files: Readonly<Record<string, string>> = {
  'openapi.json': `${JSON.stringify(document, undefined, 2)}\n`,
  'types.ts': `/* Made by scripts/build-openapi.ts. */\n\n${types}`,
};

for (const [name, text] of Object.entries(files)) {
  if (!process.argv.includes('--check')) await writeFile(at(name), text);
  else if ((await readFile(at(name), 'utf8').catch(() => '')) !== text) {
    console.error(`openapi/${name} is stale: run node scripts/build-openapi.ts`);
    process.exitCode = 1;
  }
}

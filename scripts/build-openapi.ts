import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { parse } from 'yaml';
import type { EntryKind } from '../entries/kind.ts';
import { kinds, v2Kinds } from '../entries/kinds/index.ts';

/* Joins the hand-written document with the schema of every registered kind: `openapi.json`, and types made from it. */

type Group = Readonly<Record<string, object>>;

interface Source {
  readonly info: object;
  readonly paths: Group;
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
  return { ...source, info, components: { ...source.components, schemas } };
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

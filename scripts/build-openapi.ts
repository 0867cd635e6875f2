import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { parse } from 'yaml';
import type { EntryKind } from '../entries/kind.ts';
import { kinds } from '../entries/kinds/index.ts';

/* Joins the hand-written document with the schema of every registered kind: `openapi.json`, and types made from it. */

interface Source {
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

function proposed({ kind, version, schema }: EntryKind): object {
  return {
    type: 'object',
    title: `${kind} ${version}`,
    required: ['kind', 'apiVersion', 'spec'],
    properties: { kind: { const: kind }, apiVersion: { const: version }, spec: schema },
  };
}

function join(source: Source, all: readonly EntryKind[]): object {
  const names = all.map(({ kind, version }) => `${kind}-${version}`);
  const schemas: Record<string, object> = {
    ...source.components.schemas,
    ProposedEntry: { oneOf: names.map((name) => ({ $ref: `#/components/schemas/${name}` })) },
    ...Object.fromEntries<object>(all.map((kind, i) => [names[i] ?? '', proposed(kind)])),
  };
  return { ...source, components: { ...source.components, schemas } };
}

const at = (name: string): URL => new URL(`../openapi/${name}`, import.meta.url);
const document = join(parse(await readFile(at('openapi.yaml'), 'utf8')) as Source, kinds);
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

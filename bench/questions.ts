import { randomInt } from 'node:crypto';
import type { Question } from './generator.ts';

/** Some entries of a log, and its size. */
export interface Sample {
  readonly size: number;
  readonly entries: readonly { readonly id: string; readonly sha256: string }[];
}

const LOOKED_AT = 1000;
const QUESTIONS = 5000;

interface Body {
  readonly spec: { readonly data: { readonly hash: { readonly value: string } } };
}

/** Needs a log of hashedrekord entries. */
export async function sampleOf(base: string): Promise<Sample> {
  const { treeSize: size } = await getJson<{ treeSize: number }>(`${base}/api/v1/log`);
  const entries: { id: string; sha256: string }[] = [];
  for (let i = 0; i < LOOKED_AT; i += 1) {
    const found = await getJson<Record<string, { body: string }>>(
      `${base}/api/v1/log/entries?logIndex=${randomInt(1, size)}`,
    );
    for (const [id, { body }] of Object.entries(found)) {
      const { spec } = JSON.parse(Buffer.from(body, 'base64').toString()) as Body;
      entries.push({ id, sha256: spec.data.hash.value });
    }
  }
  return { size, entries };
}

async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`${url} answers ${response.status}`);
  return (await response.json()) as T;
}

/** The ways to read a log, and random questions for each. */
export function questionsAbout({ size, entries }: Sample): readonly (readonly [string, readonly Question[]])[] {
  const some = <T>(make: () => T): readonly T[] => Array.from({ length: QUESTIONS }, make);
  const entry = () => entries[randomInt(entries.length)] ?? { id: '', sha256: '' };
  return [
    ['entry by index', some(() => ({ path: `/api/v1/log/entries?logIndex=${randomInt(size)}` }))],
    ['entry by uuid', some(() => ({ path: `/api/v1/log/entries/${entry().id}` }))],
    [
      'search by hash',
      some(() => ({ path: '/api/v1/index/retrieve', body: JSON.stringify({ hash: `sha256:${entry().sha256}` }) })),
    ],
    ['consistency proof', some(() => ({ path: consistencyPath(size) }))],
    ['log info', [{ path: '/api/v1/log' }]],
  ];
}

function consistencyPath(size: number): string {
  const last = randomInt(2, size + 1);
  return `/api/v1/log/proof?firstSize=${randomInt(1, last)}&lastSize=${last}`;
}

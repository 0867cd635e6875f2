import { hash } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { AdmissionPool } from '../../server/admission/pool.ts';
import { testAdmissionSettings } from '../support/admission.ts';
import { hashedrekord, newSubmitter } from '../support/proposals.ts';

const program = new URL('../support/yielding-worker.ts', import.meta.url);
const submitter = newSubmitter();
const bytesOf = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const turn = (): Promise<void> => new Promise((next) => void setImmediate(next));

it('an admission thread that yields in one batch answers each request of every batch with its own outcome', async () => {
  const settings = testAdmissionSettings();
  const pool = new AdmissionPool({ threads: 1, maxQueued: 100, settings, lost: () => {}, program });
  onTestFinished(() => pool[Symbol.asyncDispose]());
  const publicKey = { format: 'x509', content: Buffer.from(submitter.pem).toString('base64') };
  const order: string[] = [];

  const searched = pool.searchQuestion(bytesOf({ publicKey })).finally(() => order.push('searched'));
  await turn(); // the search is in a batch of its own
  await turn();
  const created = pool.create(bytesOf(hashedrekord('a', submitter))).finally(() => order.push('created'));

  expect(Buffer.from((await created).body).toString()).toContain(hash('sha256', 'a'));
  expect(await searched).toEqual({ groups: [[hash('sha256', submitter.pem)]], operator: 'or' });
  expect(order).toEqual(['created', 'searched']);
});

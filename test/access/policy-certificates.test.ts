import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashedrekord, newSubmitter } from '../../testkit/proposals.ts';
import { jsonOf, stele } from '../support/stele.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stele-policy-'));
  for (const name of ['ours', 'theirs']) makeRoot(name);
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const openssl = (...words: readonly string[]): void =>
  void execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });

function makeRoot(name: string): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`];
  openssl('req', '-x509', ...key, '-out', `${name}.pem`, '-subj', '/O=root of us', '-days', '30');
}

/** A proposal signed with a certificate as Fulcio makes them, below a root. */
function proposalBelow(root: string): object {
  const { key } = newSubmitter();
  writeFileSync(at('leaf.key'), key.export({ type: 'pkcs8', format: 'pem' }));
  const claims =
    '1.3.6.1.4.1.57264.1.8=ASN1:UTF8String:https://issuer.example\n1.3.6.1.4.1.57264.1.16=ASN1:UTF8String:https://github.com/acme\n';
  writeFileSync(
    at('leaf.cnf'),
    `subjectAltName=URI:https://github.com/acme/tool/.github/workflows/release.yml\n${claims}`,
  );
  openssl('req', '-new', '-key', 'leaf.key', '-subj', '/CN=leaf', '-out', 'leaf.csr');
  const sign = ['-CA', `${root}.pem`, '-CAkey', `${root}.key`, '-CAcreateserial', '-days', '1', '-extfile', 'leaf.cnf'];
  openssl('x509', '-req', '-in', 'leaf.csr', ...sign, '-out', 'leaf.pem');
  const submitter = { key: createPrivateKey(readFileSync(at('leaf.key'))), pem: readFileSync(at('leaf.pem'), 'utf8') };
  return hashedrekord('signed with a certificate', submitter);
}

async function explained(proposal: object): Promise<Readonly<Record<string, unknown>>> {
  writeFileSync(at('entry.json'), JSON.stringify(proposal));
  return jsonOf(
    await stele(['policy', 'explain', at('entry.json'), '--policy', at('policy.yaml'), '--output', 'json']),
  );
}

it('a policy tells a certificate below its roots from one that says the same of itself', async () => {
  const condition =
    'certificate.trusted && certificate.extensions.sourceRepositoryOwnerURI == "https://github.com/acme"';
  writeFileSync(
    at('policy.yaml'),
    `default: refuse\nroots: [ours.pem]\nrules:\n  - name: acme\n    admit: ${condition}\n`,
  );
  const certificate = {
    exists: true,
    issuer: 'root of us',
    subject: 'leaf',
    identities: ['https://github.com/acme/tool/.github/workflows/release.yml'],
    extensions: { issuer: 'https://issuer.example', sourceRepositoryOwnerURI: 'https://github.com/acme' },
  };
  expect(await explained(proposalBelow('ours'))).toMatchObject({
    admits: true,
    rule: 'acme',
    facts: { certificate: { ...certificate, trusted: true } },
  });
  expect(await explained(proposalBelow('theirs'))).toMatchObject({
    admits: false,
    rule: null,
    facts: { certificate: { ...certificate, trusted: false } },
  });
  expect(await explained(hashedrekord('with a bare key'))).toMatchObject({
    admits: false,
    facts: { certificate: { exists: false, trusted: false } },
  });
});

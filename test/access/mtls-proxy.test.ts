import { appendFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificateMaker, type CertificateMaker } from './client-certificates.ts';
import { openPrivateLog } from './private-log.ts';

const ENTRIES = '/api/v1/log/entries';
const access = (header: string): string => `anonymous: []
mtls:
  ca: [ca.pem]
  header: ${header}
  rules:
    - when: '"alice@acme.example" in certificate.emails'
      rights: [read]
`;

let make: CertificateMaker;
beforeAll(() => {
  make = certificateMaker();
  make.authority('ca');
});
afterAll(() => make[Symbol.dispose]());

/** The same certificate with another signature. */
function tampered(file: string): string {
  const other = `${file}.tampered`;
  writeFileSync(other, make.pem(file).replace(/....(?=\s+-----END)/, 'AAAA'));
  return other;
}

const escaped = (file: string): string => encodeURIComponent(make.pem(file));
const binary = (file: string): string => `:${make.pem(file).replaceAll(/-----[^-]+-----|\s/g, '')}:`;

describe('a proxy that passes on the certificate of its client', () => {
  const open = (header: string, trusted: readonly string[]) => {
    return openPrivateLog(access(header), trusted, make.folder);
  };
  const FORMS = {
    'x-forwarded-client-cert': (file: string) =>
      `By=spiffe://proxy;Hash=${'0'.repeat(64)};Cert="${escaped(file)}";Subject="CN=a,O=\\"b\\""`,
    'client-cert': binary,
    'x-ssl-client-cert': escaped,
  } as const;
  const headers = Object.keys(FORMS) as (keyof typeof FORMS)[];

  it('is believed if it is trusted, in the header of the access file alone', async () => {
    const alice = make.leaf('alice-behind', 'email:alice@acme.example');
    const old = make.leaf('old-behind', 'email:alice@acme.example', { begins: 3, ends: -1 });
    for (const header of headers) {
      await using behind = await open(header, ['--trusted-proxies', 'loopback']);
      const asked = (value: Record<string, string>) => behind.asking.get(`${ENTRIES}?logIndex=0`, value);
      expect([header, (await asked({ [header]: FORMS[header](alice.cert) })).status]).toEqual([header, 200]);
      expect((await asked({ [header]: FORMS[header](old.cert) })).text).toContain('it has expired');
      expect((await asked({ [header]: FORMS[header](tampered(old.cert)) })).status).toBe(401);
      expect((await asked({ [header]: FORMS[header](tampered(alice.cert)) })).text).toMatch(
        /no chain leads|cannot be read/,
      );
      expect((await asked({})).text).toContain('this needs a credential');
      for (const other of headers.filter((one) => one !== header))
        expect((await asked({ [other]: FORMS[other](alice.cert) })).text).toContain('this needs a credential');
      const twice = `${FORMS[header](alice.cert)}, ${FORMS[header](alice.cert)}`;
      for (const value of [twice, 'nonsense', FORMS[header](alice.cert).slice(0, 400)])
        expect([header, value, (await asked({ [header]: value })).status]).toEqual([header, value, 401]);
    }
  });

  it('is not believed if it is not trusted, and passes on nothing', async () => {
    const alice = make.leaf('alice-smuggles', 'email:alice@acme.example');
    for (const trusted of [[], ['--trusted-proxies', '10.0.0.0/8']])
      for (const header of headers) {
        await using behind = await open(header, trusted);
        const answer = await behind.asking.get(`${ENTRIES}?logIndex=0`, {
          [header]: FORMS[header](alice.cert),
          'x-forwarded-for': '10.0.0.1',
        });
        expect([header, answer.status, answer.text]).toEqual([
          header,
          401,
          expect.stringContaining('this needs a credential'),
        ]);
      }
  });

  it('may pass on a chain', async () => {
    const issuing = make.authority('issuing-behind', [], { cert: make.at('ca.pem'), key: make.at('ca.key') });
    const one = make.leaf('one-behind', 'email:alice@acme.example', { by: issuing });
    appendFileSync(make.at('one-behind-chain.pem'), make.pem(one.cert) + make.pem(issuing.cert));
    const chain = encodeURIComponent(make.pem(make.at('one-behind-chain.pem')));
    await using envoy = await open('x-forwarded-client-cert', ['--trusted-proxies', 'loopback']);
    await using standard = await open('client-cert', ['--trusted-proxies', 'loopback']);
    const path = `${ENTRIES}?logIndex=0`;
    expect((await envoy.asking.get(path, { 'x-forwarded-client-cert': `Chain="${chain}"` })).status).toBe(200);
    expect((await envoy.asking.get(path, { 'x-forwarded-client-cert': `Cert="${escaped(one.cert)}"` })).status).toBe(
      401,
    );
    const sent = { 'client-cert': binary(one.cert), 'client-cert-chain': binary(issuing.cert) };
    expect((await standard.asking.get(path, sent)).status).toBe(200);
    expect((await standard.asking.get(path, { 'client-cert': binary(one.cert) })).status).toBe(401);
  });
});

import { expect, it } from 'vitest';
import { addressOf } from '../../server/bind.ts';
import { clientAuthorities } from '../../server/client-authorities.ts';
import { listen } from '../../server/listen.ts';
import { hashedrekord } from '../../testkit/proposals.ts';
import { certificateMaker } from '../access/client-certificates.ts';
import { openPrivateLog } from '../access/private-log.ts';
import { post, startProxy } from './proxy-process.ts';

const ENTRIES = '/api/v1/log/entries';
const ACCESS_FILE = `anonymous: []
mtls:
  ca: [ca.pem]
  rules:
    - when: certificate.emails.size() > 0
      rights: [read, submit, audit]
`;

it('a proxy attaches a certificate for clients that have none', async () => {
  using make = certificateMaker();
  make.authority('ca');
  const [server, alice] = [make.leaf('server', 'IP:127.0.0.1'), make.leaf('alice', 'email:alice@acme.example')];
  await using log = await openPrivateLog(
    ACCESS_FILE,
    ['--tls-cert', server.cert, '--tls-key', server.key],
    make.folder,
  );
  const settings = { listen: { host: '127.0.0.1', port: 0 }, tlsCert: server.cert, tlsKey: server.key };
  const authorities = await clientAuthorities({ access: log.file, tlsCert: server.cert });
  const limits = { maxConnections: 1000, maxConnectionsPerAddress: 1000 };
  await using listener = await listen({ ...settings, ...limits }, () => undefined, authorities);
  listener.serve(log.log.app);
  const words = ['--client-certificate', alice.cert, '--client-key', alice.key];
  const env = { NODE_EXTRA_CA_CERTS: make.at('ca.pem') };
  await using proxy = await startProxy({
    to: `https://${addressOf(listener.http)}`,
    state: make.at('state'),
    words,
    env,
  });
  const sent = await post(proxy.base, ENTRIES, hashedrekord('through the proxy'));
  expect([sent.status, sent.text, proxy.said()]).toEqual([201, sent.text, proxy.said()]);
  expect((await fetch(`${proxy.base}${ENTRIES}?logIndex=0`)).status).toBe(200);
});

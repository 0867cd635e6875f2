import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dsse, hashedrekord, newSubmitter, statement } from '../../testkit/proposals.ts';
import { type LogFolder, type ServerProcess, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import { jsonOf, stele } from '../support/stele.ts';

const POLICY = `default: refuse
rules:
  - name: no RSA
    refuse: entry.algorithm.startsWith("rsa")
  - name: small statements
    admit: entry.kind == "dsse" && entry.payloadType == "application/vnd.in-toto+json" && entry.predicateType != "" && entry.size < 5000
  - name: of a claim that nobody has
    admit: principal.claims.team == "release"
  - name: hashes of us
    admit: entry.kind == "hashedrekord" && entry.fingerprints.size() == 1
cases:
  - name: RSA is refused whatever it signs
    entry: { algorithm: rsa-sign-pkcs1-2048-sha256, fingerprints: [aa] }
    expect: refuse
    rule: no RSA
  - name: a hash is admitted
    entry: { kind: hashedrekord, fingerprints: [aa] }
    expect: admit
    rule: hashes of us
`;

let folder: LogFolder;
let server: ServerProcess;
let file: string;
beforeAll(async () => {
  folder = temporaryFolder();
  file = join(folder.parent, 'policy.yaml');
  writeFileSync(file, POLICY);
  server = await startServer(folder, { flags: ['--policy', file] });
});
afterAll(async () => {
  await server.stop();
  folder[Symbol.dispose]();
});

const post = async (path: string, body: object): Promise<{ readonly status: number; readonly text: string }> => {
  const answer = await fetch(`${server.base}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text() };
};
const propose = (body: object) => post('/api/v1/log/entries', body);

describe('an admission policy', () => {
  it('admits by the first rule that holds, and refuses with 403 and its name', async () => {
    expect((await propose(hashedrekord('admitted'))).status).toBe(201);
    expect((await propose(dsse(statement('a statement')))).status).toBe(201);
    const rsa = await propose(hashedrekord('with RSA', newSubmitter('rsa')));
    expect(rsa).toEqual({
      status: 403,
      text: '{"code":403,"message":"the rule \\"no RSA\\" of the admission policy refuses this entry"}\n',
    });
    const plain = await propose(dsse('no statement'));
    expect(plain.status).toBe(403);
    expect(plain.text).toContain('no rule of the admission policy admits this entry');
  });

  it('refuses nothing that Rekor would refuse with another answer first', async () => {
    expect((await propose({ kind: 'hashedrekord', apiVersion: '0.0.1', spec: {} })).status).toBe(400);
  });

  it('is read again on SIGHUP as a whole: one with a fault, or whose case fails, is not taken', async () => {
    const reload = async (text: string, said: string): Promise<void> => {
      writeFileSync(file, text);
      process.kill(server.pid, 'SIGHUP');
      await expect.poll(() => server.lines().join('\n')).toContain(said);
    };
    await reload(POLICY.replace('entry.size < 5000', 'entri.size < 5000'), 'has a name entri that is none');
    await reload(POLICY.replace('expect: admit', 'expect: refuse'), 'a hash is admitted: is admitted by');
    expect((await propose(hashedrekord('still admitted'))).status).toBe(201);
    await reload(POLICY.replace('default: refuse', 'default: refuse\nmode: dry-run'), 'the policy file was read again');
    expect((await propose(dsse('no statement, in dry run'))).status).toBe(201);
    expect(server.lines().join('\n')).toContain('policy in dry run, of anonymous: no rule');
  });
});

describe('stele policy', () => {
  it('test runs the cases of a policy, and says what is wrong with one', async () => {
    const good = join(folder.parent, 'good.yaml');
    writeFileSync(good, POLICY);
    expect(await stele(['policy', 'test', good])).toMatchObject({ code: 0, out: '4 rules, 2 cases, 0 failed\n' });
    writeFileSync(good, POLICY.replace('rule: no RSA', 'rule: hashes of us'));
    expect(await stele(['policy', 'test', good])).toMatchObject({
      code: 1,
      out: 'RSA is refused whatever it signs: is decided by "no RSA", and not by "hashes of us"\n4 rules, 2 cases, 1 failed\n',
    });
    writeFileSync(
      good,
      'default: maybe\nrules:\n  - name: a\n    admit: entry.kind ==\n  - name: a\n    admit: "true"\n    refuse: "true"\nroots: [missing.pem]\n',
    );
    const { code, err } = await stele(['policy', 'test', good]);
    expect(code).toBe(2);
    for (const fault of [
      'good.yaml:1: default has to be one of admit, refuse and not "maybe"',
      'good.yaml:4: rules[0].admit is no CEL',
      'good.yaml:5: rules[1] has to have one of admit and refuse',
      'good.yaml:8: roots[0] cannot be read',
    ])
      expect(err).toContain(fault);
  });

  it('explain says which rule decides, and by which facts', async () => {
    const [policy, entry] = [join(folder.parent, 'explain.yaml'), join(folder.parent, 'entry.json')];
    writeFileSync(policy, POLICY);
    writeFileSync(entry, JSON.stringify(dsse(statement('explained'))));
    const ran = await stele(['policy', 'explain', entry, '--policy', policy, '--output', 'json']);
    expect(jsonOf(ran)).toMatchObject({
      admits: true,
      rule: 'small statements',
      facts: { entry: { kind: 'dsse', payloadType: 'application/vnd.in-toto+json' }, certificate: { exists: false } },
    });
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogRefused } from '../../../log/failures.ts';
import { watchedLogs } from '../../../host/witness/own-witness.ts';
import { publicationOf } from '../../../host/witness/publication.ts';
import { testClock } from '../../log/log-fixture.ts';
import { IndependentWitness } from '../../support/independent-witness.ts';

let folder = '';
let file = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stele-policy-'));
  file = join(folder, 'policy.txt');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [A, B] = [new IndependentWitness('a.test').vkey, new IndependentWitness('b.test').vkey];
const TIMES = { witnessTimeout: 1000, witnessPause: 0, witnessRefresh: 60_000, publishTimeout: 2000 };

function sentence(open: () => unknown): string {
  try {
    open();
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(LogRefused);
    return (error as Error).message;
  }
}

/** Returns the refusal of a start with this policy; nothing if it is not refused. */
function refusal(text: string | undefined, witness: 'prefer' | 'require' = 'require'): string {
  if (text !== undefined) writeFileSync(file, text);
  const witnessPolicy = text === undefined ? join(folder, 'missing.txt') : file;
  const settings = { witness, witnessPolicy, clockTolerance: 10_000, overruleWitness: undefined, ...TIMES };
  const told = { tell: () => undefined, alarm: () => undefined };
  return sentence(() => publicationOf(settings, testClock(), told)).replaceAll(folder, '.');
}

describe('--witness-policy: what is wrong with it is told before anything is made', () => {
  it('every fault with its line', () => {
    const text = `# ours\nwitness a ${A} http://a/\nwitness a ${B} ftp://b/\nquorum c\n`;
    expect(refusal(text)).toBe(
      '--witness-policy ./policy.txt is no policy: line 3: line 2 defines "a" already; line 3: "ftp://b/" is not a submission prefix: http or https, without query, fragment or password; line 4: no line above defines "c"',
    );
    expect(refusal(`witness a ${A} http://a/\n`)).toBe(
      '--witness-policy ./policy.txt is no policy: line 1: no line says what the quorum is',
    );
    expect(refusal('')).toContain('is no policy: line 1: no line says what the quorum is');
  });
  it('a file that is not there', () => {
    expect(refusal(undefined)).toMatch(
      /^--witness-policy \.\/missing\.txt cannot be read: there is no such file or folder \(ENOENT, open\)$/,
    );
  });
  it('a quorum that those who can be asked do not make', () => {
    expect(refusal(`witness a ${A} http://a/\nwitness b ${B}\ngroup g all a b\nquorum g\n`)).toBe(
      '--witness-policy ./policy.txt asks for a quorum that cannot be met: of its witnesses only a can be asked, the others have no address or a key that is not Ed25519',
    );
    expect(refusal(`witness a ${A} http://a/\nwitness b ${B}\nquorum b\n`, 'prefer')).toContain('cannot be met');
    expect(refusal(`witness a ${A} http://a/\nwitness b ${B}\ngroup g any a b\nquorum g\n`)).toBe('');
  });
  it('nobody to ask', () => {
    expect(refusal('quorum none\n', 'prefer')).toBe(
      '--witness-policy ./policy.txt names no witness to ask: a line is needed such as witness NAME VKEY https://HOST/',
    );
  });
  it('nothing to require', () => {
    const text = `witness a ${A} http://a/\nquorum none\n`;
    expect(refusal(text)).toBe(
      '--witness-policy ./policy.txt says "quorum none", so there is nothing to require: name a quorum, or set --witness=prefer',
    );
    expect(refusal(text, 'prefer')).toBe('');
  });
});

describe('--witness-for: the logs that are cosigned for', () => {
  const watched = (text: string): string => {
    writeFileSync(file, text);
    return sentence(() => watchedLogs({ witnessFor: file })).replaceAll(folder, '.');
  };
  it('are at least one', () => {
    expect(watched('quorum none\n')).toBe(
      '--witness-for ./policy.txt names no log to cosign for: a line is needed such as log VKEY',
    );
  });
  it('stand in a policy, whose faults are told with their lines', () => {
    expect(watched('log nonsense\nquorum none\n')).toBe(
      '--witness-for ./policy.txt is no policy: line 1: not a verifier key: it is not a name, an id and a key with plus signs between',
    );
    const vkey = new IndependentWitness('a.test').vkey;
    expect(watched(`log ${vkey}\nquorum none\n`)).toContain('a log does not sign with a cosignature key (0x04)');
  });
  it('are none without the setting', () => {
    expect(watchedLogs({ witnessFor: undefined })).toBeUndefined();
  });
});

import { DEFAULT_ALGORITHMS } from '../entries/algorithm-policy.ts';
import { admitAll } from '../entries/admission.ts';
import { factsOf } from '../entries/facts/facts.ts';
import type { CanonicalEntry } from '../entries/kind.ts';
import { kinds } from '../entries/kinds/index.ts';
import { KindRegistry } from '../entries/registry.ts';
import { checkClaims } from '../entries/signatures/check.ts';
import { chooseVerifier } from '../entries/signatures/verifiers/choose.ts';
import { compileCondition, type Condition } from '../host/access/condition.ts';
import { decide, POLICY_VARIABLES, type PolicyPrincipal, type PolicyRule } from '../host/access/policy-rules.ts';
import { readFacts } from '../server/access/entry-judge.ts';
import { cpuEach } from './cpu.ts';
import { makeSubmissions } from './submissions.ts';

/** Cost of an admission policy for an entry, in microseconds of processor time. */
export interface PolicyRow {
  readonly bench: string;
  /** On an admission thread: what the entry and its certificate say, as JSON. Without a chain, which takes a signature check for each certificate in it. */
  readonly facts: number;
  /** On the main thread: the JSON read, and five rules asked, of which the last holds. */
  readonly decision: number;
}

const ENTRIES = 1000;
const REPEATS = 10;

const RULES: readonly PolicyRule[] = (
  [
    ['no RSA', 'refuse', 'entry.algorithm.startsWith("rsa")'],
    ['no large ones', 'refuse', 'entry.size > 20000'],
    [
      'releases',
      'admit',
      'certificate.trusted && certificate.extensions.sourceRepositoryOwnerURI == "https://github.com/acme"',
    ],
    ['people', 'admit', 'entry.identities.exists(i, i.endsWith("@acme.example"))'],
    ['the fleet', 'admit', 'principal.claims.repository_owner == "acme" && entry.kind == "hashedrekord"'],
  ] as const
).map(([name, decides, text]) => ({ name, decides, when: compiled(text) }));

const PRINCIPAL: PolicyPrincipal = {
  name: 'a job',
  rights: ['submit'],
  claims: { repository_owner: 'acme', ref: 'refs/heads/main' },
  certificate: {},
  identities: [],
};

export async function policyRows(): Promise<readonly PolicyRow[]> {
  return [await rowOf('hashedrekord', 'a bare key'), await rowOf('cert', 'a certificate like those of Fulcio')];
}

async function rowOf(kind: 'hashedrekord' | 'cert', name: string): Promise<PolicyRow> {
  const entries = admitted(kind);
  const nobody = { roots: [], intermediates: [] };
  const texts = entries.map((entry) => JSON.stringify(factsOf(entry, nobody)));
  const [facts = 0, decision = 0] = await cpuEach([
    { count: ENTRIES * REPEATS, run: repeated(() => entries.map((entry) => JSON.stringify(factsOf(entry, nobody)))) },
    {
      count: ENTRIES * REPEATS,
      run: repeated(() => {
        const decisions = texts.map((text) =>
          decide({ rules: RULES, admitsByDefault: false }, { ...readFacts({ facts: text }), principal: PRINCIPAL }),
        );
        if (decisions.some(({ rule }) => rule !== 'the fleet')) throw new Error('another rule decided');
      }),
    },
  ]);
  return { bench: `policy of five rules, an entry with ${name}`, facts, decision };
}

function repeated(work: () => unknown): () => void {
  return () => {
    for (let i = 0; i < REPEATS; i += 1) work();
  };
}

/** Entries as an admission thread has them when it looks for facts. */
function admitted(kind: 'hashedrekord' | 'cert'): readonly CanonicalEntry[] {
  const proposals = makeSubmissions(kind, ENTRIES).map((request): unknown =>
    JSON.parse(request.toString('utf8', request.indexOf('\r\n\r\n') + 4)),
  );
  const entries: CanonicalEntry[] = [];
  const rules = {
    algorithms: new Set(DEFAULT_ALGORITHMS),
    kinds: new Set(kinds.map((one) => one.kind)),
    maxBody: 65_535,
    maxAttestation: 0,
    factsOf: (entry: CanonicalEntry): string => {
      entries.push(entry);
      return '';
    },
  };
  const verifier = chooseVerifier('auto');
  admitAll(proposals, 'create', rules, new KindRegistry(kinds), (claims) => checkClaims(claims, verifier));
  if (entries.length !== ENTRIES) throw new Error('a submission of our own was refused');
  return entries;
}

function compiled(text: string): Condition {
  const condition = compileCondition(text, POLICY_VARIABLES);
  if (typeof condition === 'string') throw new Error(condition);
  return condition;
}

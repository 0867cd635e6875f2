import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../../base/failure.ts';
import { parseProtoBase64 } from '../../../base/go-base64.ts';
import { JSON_LIMITS } from '../../../base/json-meter.ts';
import { readJson, readJsonSpelled } from '../../../base/json-reader.ts';
import { readProtoJson } from '../../../base/proto-json.ts';
import { decodeUtf8 } from '../../../base/utf8-mending.ts';
import { parseLogKeys } from '../../../client/key-text.ts';
import { parseCosignature } from '../../../checkpoint/cosignature.ts';
import { parseCheckpoint } from '../../../checkpoint/checkpoint.ts';
import { parseNote } from '../../../checkpoint/note.ts';
import { parsePolicy } from '../../../checkpoint/policy/parse.ts';
import { parseTlogProof } from '../../../checkpoint/proof/tlog-proof.ts';
import { parseVkey } from '../../../checkpoint/vkey.ts';
import { parseSize } from '../../../checkpoint/witness/answer.ts';
import { parseAddCheckpoint } from '../../../checkpoint/witness/request.ts';
import { canonicalKeyOf, type SearchFormat } from '../../../entries/pki/search-formats.ts';
import { readDerCertificate, readDerKey } from '../../../entries/pki/x509.ts';
import { unpackSearchKeys } from '../../../entries/search-key-list.ts';
import { bodiesIn } from '../../../merkle/entry-bundle.ts';
import { parseTilePath } from '../../../merkle/tile-path.ts';
import { negotiate } from '../../../server/http/negotiate.ts';
import { parseQuery, parseTarget } from '../../../server/http/target.ts';
import { parseRecord } from '../../../storage/engines/file-journal/record.ts';
import { DamagedRecord, EMPTY_LIST, readRecord } from '../../../storage/records/record.ts';
import { dsse, hashedrekord, intoto001, intoto002, newSubmitter, statement } from '../../../testkit/proposals.ts';
import { directAdmission } from '../../support/admission.ts';
import { IndependentLog } from '../../support/independent-log.ts';

/** Something that reads what a stranger, or a disk, gives. */
export interface Parser {
  readonly name: string;
  /** Inputs to begin with. */
  readonly seeds: readonly Uint8Array[];
  /** @throws only what `isRefusal` knows */
  readonly parse: (input: Uint8Array) => unknown;
  /** Inputs of this parser for each one of a quick parser, at most 1. */
  readonly share: number;
}

/** Whether a parser may throw it. */
export const isRefusal = (error: unknown): boolean => error instanceof Failure || error instanceof DamagedRecord;

const VECTORS = join(import.meta.dirname, '..', '..', 'vectors');
const filesIn = (folder: string): readonly Uint8Array[] =>
  readdirSync(join(VECTORS, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/README|LICENSE/.test(entry.name))
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name)));
const bytes = (...texts: readonly string[]): readonly Uint8Array[] => texts.map((text) => Buffer.from(text));
const json = (...values: readonly unknown[]): readonly Uint8Array[] =>
  bytes(...values.map((value) => JSON.stringify(value)));
const text = (input: Uint8Array): string => Buffer.from(input).toString();

const submitter = newSubmitter();
const log = new IndependentLog('fuzzed.test');
const note = log.note(7);
const PROPOSALS = json(
  hashedrekord('a', submitter),
  hashedrekord('b', newSubmitter('rsa')),
  hashedrekord('c', newSubmitter('ed25519')),
  intoto001(statement('d'), submitter),
  intoto002(statement('e'), submitter),
  dsse(statement('f'), submitter),
);
const V2_REQUESTS = linesOf('rekor-v2/verdicts.jsonl', 40);
const V1_REQUESTS = linesOf('rekor/verdicts.jsonl', 60);
const pemKeys = filesIn('keys');
const der = pemKeys.flatMap((pem) => {
  const [, body] = /-----BEGIN [^-]+-----\s([A-Za-z0-9+/=\s]+)-----END/.exec(text(pem)) ?? [];
  return body === undefined ? [] : [Buffer.from(body, 'base64')];
});
const admission = directAdmission();
/** Checks of signatures: a hundred times what reading a text costs. */
const COSTLY_SHARE = 0.1;
const KEY_RING_SHARE = 0.02;

/** Proposals, or requests, of real clients and of mistaken ones. */
function linesOf(file: string, count: number): readonly Uint8Array[] {
  const lines = readFileSync(join(VECTORS, file), 'utf8').trimEnd().split('\n');
  const step = Math.max(1, Math.floor(lines.length / count));
  return lines
    .filter((_, i) => i % step === 0)
    .map((line) => {
      const value = JSON.parse(line) as { readonly proposal?: unknown; readonly request?: unknown };
      return Buffer.from(JSON.stringify(value.proposal ?? value.request ?? value));
    });
}

const keyParser = (format: SearchFormat, share: number): Parser => ({
  name: `key ${format}`,
  seeds: format === 'x509' ? pemKeys : filesIn('rekor-pki'),
  parse: (input) => canonicalKeyOf(format, input),
  share,
});

const SEARCHES = json(
  { hash: `sha256:${'ab'.repeat(32)}` },
  { email: 'someone@example.com', operator: 'and' },
  { publicKey: { format: 'x509', content: Buffer.from(submitter.pem).toString('base64') } },
);
const QUERIES = json(
  { logIndexes: [0, 1] },
  { entryUUIDs: ['ab'.repeat(40)] },
  { entries: [hashedrekord('g', submitter)] },
);
const JSON_TEXTS = [...PROPOSALS, ...SEARCHES, ...filesIn('jcs')];
const quick = (name: string, seeds: readonly Uint8Array[], parse: Parser['parse']): Parser => ({
  name,
  seeds,
  parse,
  share: 1,
});
const costly = (name: string, seeds: readonly Uint8Array[], parse: Parser['parse']): Parser => ({
  name,
  seeds,
  parse,
  share: COSTLY_SHARE,
});

export const PARSERS: readonly Parser[] = [
  quick('json', JSON_TEXTS, (input) => readJson(input, 'refuse')),
  quick('json as spelled', JSON_TEXTS, readJsonSpelled),
  quick('proto json', V2_REQUESTS, (input) => readProtoJson(input, JSON_LIMITS)),
  quick('proto base64', bytes('TUZrd0V3', 'abc-_w=='), (input) => parseProtoBase64(text(input))),
  quick('utf-8', [...bytes('a\u00e9\u20ac\u{1f600}'), Buffer.from([0xed, 0xa0, 0x80])], decodeUtf8),
  quick('note', [...bytes(note), ...filesIn('notes')], (input) => parseNote(input)),
  quick('checkpoint', bytes(log.text(7), log.text(3, '', 'more\n')), (input) => parseCheckpoint(text(input))),
  quick('vkey', bytes(log.vkey), (input) => parseVkey(text(input))),
  quick('cosignature', [new Uint8Array(72)], parseCosignature),
  quick('policy', bytes(`log ${log.vkey}\nwitness w ${log.vkey}\ngroup g 1 w\nquorum g\n`), (input) =>
    parsePolicy(input),
  ),
  quick('proof file', bytes(`c2sp.org/tlog-proof@v1\nindex 3\n${log.proof({ old: 3, size: 7 })}\n${note}`), (input) =>
    parseTlogProof(input),
  ),
  quick('add-checkpoint', bytes(log.request({ old: 3, size: 7 })), (input) => parseAddCheckpoint(input)),
  quick('size', bytes('17\n'), (input) => parseSize(input)),
  quick('keys of a log', bytes(submitter.pem, `${log.vkey}\n`), (input) => parseLogKeys(text(input))),
  quick('entry bundle', [Buffer.from([0, 2, 1, 2, 0, 0])], bodiesIn),
  quick('tile path', bytes('entries/x001/234.p/7', '0/x001/x234/067'), (input) => parseTilePath(text(input))),
  quick('journal line', bytes(`7 ${Buffer.alloc(32).toString('base64')} 1796110227 00000000`), (input) =>
    parseRecord(text(input)),
  ),
  quick('record', [new Uint8Array(96)], (input) => readRecord(EMPTY_LIST, input)),
  quick('search keys', [new Uint8Array(40)], ignoringDamage(unpackSearchKeys)),
  quick('target', bytes('/api/v1/log/entries?logIndex=1&x=%41', 'http://a/b?c#d'), readTarget),
  quick('accept', bytes('application/json;q=0.5, */*'), (input) =>
    negotiate(text(input), ['application/json', 'text/plain']),
  ),
  costly('certificate', der, (input) => readDerCertificate(input, 'go1.25')),
  costly('certificate of a later Go', der, (input) => readDerCertificate(input, 'go1.27')),
  costly('key in DER', der, readDerKey),
  keyParser('x509', COSTLY_SHARE),
  keyParser('ssh', COSTLY_SHARE),
  keyParser('minisign', COSTLY_SHARE),
  keyParser('pgp', KEY_RING_SHARE),
  keyParser('tuf', KEY_RING_SHARE),
  costly('proposal', [...PROPOSALS, ...V1_REQUESTS], (input) => admission.create(input)),
  costly('request of v2', V2_REQUESTS, (input) => admission.createV2(input)),
  costly('log query', QUERIES, (input) => admission.logQuery(input)),
  costly('search', SEARCHES, (input) => admission.searchQuestion(input)),
];

function readTarget(input: Uint8Array): unknown {
  const target = parseTarget(Buffer.from(input).toString('latin1'));
  return [target, parseQuery(Buffer.from(input).toString('latin1'))];
}

/** Reads what was checked by its checksum before: it may be refused in any way, but not read for ever. */
function ignoringDamage(parse: Parser['parse']): Parser['parse'] {
  return (input) => {
    try {
      return parse(input);
    } catch {
      return undefined;
    }
  };
}

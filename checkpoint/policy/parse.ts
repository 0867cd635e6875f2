import { toHex } from '../../base/bytes.ts';
import { cosignatureVerifier } from '../cosignature.ts';
import { MalformedKey } from '../failures.ts';
import { type KeyId, SIGNATURE_TYPE, type VerifierKey, keyId } from '../key.ts';
import { parseVkey } from '../vkey.ts';
import { addCheckpointUrl } from '../witness/submission.ts';
import { MalformedPolicy, type PolicyFault } from './failures.ts';
import { readLines } from './octets.ts';
import type { Policy, PolicyGroup, PolicyLog, PolicyWitness } from './policy.ts';

/** Bytes that a policy may have unless a caller says otherwise: room for 500 keys of ML-DSA-44. */
export const POLICY_LIMIT = 1_048_576;

/** Most logs, witnesses and groups, each; the specification asks for 32. */
const MOST_EACH = 1024;

/** Name for no witness at all; only a quorum may have it. */
const NONE = 'none';

/**
 * @param file - octets, which need not be UTF-8
 * @param limit - bytes
 * @throws MalformedPolicy with every fault that it has
 */
export function parsePolicy(file: Uint8Array, limit: number = POLICY_LIMIT): Policy {
  if (file.length > limit) throw new MalformedPolicy([{ line: 1, message: `the file is longer than ${limit} bytes` }]);
  const { count, lines, faults } = readLines(file);
  const draft = new Draft();
  for (const { number, words } of lines) draft.take(number, words);
  const policy = draft.finish(count);
  const all = [...faults, ...draft.faults].toSorted((a, b) => a.line - b.line);
  if (all.length > 0) throw new MalformedPolicy(all);
  return policy;
}

/**
 * A policy while its lines are read. A name whose line has a fault counts as defined, so that one fault is not reported
 * many times.
 */
class Draft {
  readonly faults: PolicyFault[] = [];
  readonly #logs: PolicyLog[] = [];
  readonly #witnesses: PolicyWitness[] = [];
  readonly #groups: PolicyGroup[] = [];
  #quorum: { readonly line: number; readonly name: string } | undefined;
  /** Lines by what they took: each may be taken once. */
  readonly #names = new Map<string, number>([[NONE, 0]]);
  readonly #members = new Map<string, number>();
  readonly #logKeys = new Map<string, number>();
  readonly #witnessKeys = new Map<string, number>();
  #line = 0;

  take(line: number, [keyword, ...words]: readonly [string, ...string[]]): void {
    this.#line = line;
    if (keyword === 'log') this.#takeLog(words);
    else if (keyword === 'witness') this.#takeWitness(words);
    else if (keyword === 'group') this.#takeGroup(words);
    else if (keyword === 'quorum') this.#takeQuorum(words);
    else this.#fault(`a line begins with log, witness, group or quorum, not with ${quote(keyword)}`);
  }

  /** @param lastLine - of which is told what no line has */
  finish(lastLine: number): Policy {
    this.#line = Math.max(1, lastLine);
    if (this.#quorum === undefined) this.#fault('no line says what the quorum is');
    for (const [what, list] of Object.entries({ logs: this.#logs, witnesses: this.#witnesses, groups: this.#groups })) {
      if (list.length > MOST_EACH) this.#fault(`more than ${MOST_EACH} ${what}`);
    }
    const name = this.#quorum?.name;
    const quorum = name === NONE ? undefined : name;
    return { logs: this.#logs, witnesses: this.#witnesses, groups: this.#groups, quorum };
  }

  #takeLog([vkey, url, ...rest]: readonly string[]): void {
    if (vkey === undefined || rest.length > 0) return this.#fault('a log is: log <vkey> [<url>]');
    const key = this.#readKey(vkey, this.#logKeys, keyId);
    if (key === undefined) return;
    if (key.type === SIGNATURE_TYPE.cosignature) this.#fault('a log does not sign with a cosignature key (0x04)');
    this.#logs.push({ key, url });
  }

  #takeWitness([name, vkey, url, ...rest]: readonly string[]): void {
    if (name !== undefined) this.#define(name);
    if (name === undefined || vkey === undefined || rest.length > 0)
      return this.#fault('a witness is: witness <name> <vkey> [<url>]');
    if (url !== undefined && addCheckpointUrl(url) === undefined)
      this.#fault(`${quote(url)} is not a submission prefix: http or https, without query, fragment or password`);
    const key = this.#readKey(vkey, this.#witnessKeys, (one) => cosignatureVerifier(one)?.id ?? keyId(one));
    if (key === undefined) return;
    const verifier = cosignatureVerifier(key);
    if (verifier === undefined && key.type !== SIGNATURE_TYPE.mlDsa44)
      this.#fault(`a witness does not sign with a key of type ${key.type}`);
    this.#witnesses.push({ name, key, verifier, url });
  }

  #takeGroup([name, least, ...members]: readonly string[]): void {
    for (const member of members) this.#join(member);
    if (name !== undefined) this.#define(name); // only now: no group is in itself
    if (name === undefined || least === undefined || members.length === 0)
      return this.#fault('a group is: group <name> any|all|<number> <member>...');
    const threshold = readThreshold(least, members.length);
    if (threshold === undefined) this.#fault(`${quote(least)} is not any, all or a number from 1 to ${members.length}`);
    else this.#groups.push({ name, threshold, members });
  }

  #takeQuorum([name, ...rest]: readonly string[]): void {
    if (name === undefined || rest.length > 0) return this.#fault('a quorum is: quorum <name>');
    if (this.#quorum !== undefined) return this.#fault(`line ${this.#quorum.line} says already what the quorum is`);
    this.#quorum = { line: this.#line, name };
    if (!this.#names.has(name)) this.#fault(`no line above defines ${quote(name)}`);
  }

  #define(name: string): void {
    if (name === NONE) return this.#fault('the name none stands for no witness');
    const line = this.#names.get(name);
    if (line !== undefined) return this.#fault(`line ${line} defines ${quote(name)} already`);
    this.#names.set(name, this.#line);
  }

  #join(member: string): void {
    const line = this.#members.get(member);
    if (member === NONE) this.#fault('none cannot be a member');
    else if (!this.#names.has(member)) this.#fault(`no line above defines ${quote(member)}`);
    else if (line !== undefined) this.#fault(`${quote(member)} is a member on line ${line} already`);
    else this.#members.set(member, this.#line);
  }

  /** @param taken - by the key itself, whatever it signs as, and by name and id: neither may be there twice */
  #readKey(vkey: string, taken: Map<string, number>, idOf: (key: VerifierKey) => KeyId): VerifierKey | undefined {
    try {
      const key = parseVkey(vkey);
      const marks = [toHex(key.material), `${key.name}+${toHex(idOf(key))}`];
      const line = marks.map((mark) => taken.get(mark)).find((one) => one !== undefined);
      if (line !== undefined) this.#fault(`the key, or its name and id, are those of line ${line}`);
      for (const mark of marks) taken.set(mark, line ?? this.#line);
      return key;
    } catch (error) {
      if (!(error instanceof MalformedKey)) throw error;
      return this.#fault(`not a verifier key: ${error.message}`);
    }
  }

  #fault(message: string): undefined {
    this.faults.push({ line: this.#line, message });
  }
}

function readThreshold(least: string, members: number): number | undefined {
  if (least === 'any') return 1;
  if (least === 'all') return members;
  const threshold = /^[1-9]\d{0,15}$/.test(least) ? Number(least) : 0;
  return threshold >= 1 && threshold <= members ? threshold : undefined;
}

const quote = (word: string): string => JSON.stringify(word);

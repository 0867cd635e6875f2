import { equalBytes } from '../../base/bytes.ts';
import { Failure } from '../../base/failure.ts';
import { JSON_LIMITS, JsonMeter } from '../../base/json-meter.ts';
import { HOLDS } from '../../base/verdict.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import { checkBudget } from '../../entries/admission.ts';
import type { CanonicalEntry } from '../../entries/kind.ts';
import type { ParsedEntry } from '../../entries/registry.ts';
import { packSearchKeys, type SearchKeyList } from '../../entries/search-key-list.ts';
import { CheckFailed } from '../frame/exit-codes.ts';
import { checkSignatures, REGISTRIES } from './admit.ts';
import { parseObject } from './bundle.ts';

/** An entry's own claim, as far as its body alone shows it. */
export interface CheckedBody {
  readonly kind: string;
  readonly version: string;
  /** The body as JSON; undefined if it is none. */
  readonly json: object | undefined;
  /** `holds`: checked with the key in the entry. Otherwise why it could not be. */
  readonly signature: 'holds' | 'its signed message is not in the log' | 'its kind is not known here';
  /** Texts that the body can be found by; undefined if its kind is not known. */
  readonly searchKeys: readonly string[] | undefined;
}

/**
 * Checks the signature in an entry, where the entry holds all that it is over.
 *
 * @param body - canonical, of an entry that is in a log
 * @throws CheckFailed
 */
export function checkBody(body: Uint8Array): CheckedBody {
  const json = parseObject(body);
  const [kind, version] = [textIn(json, 'kind'), textIn(json, 'apiVersion')];
  const parsed = parse(json, version);
  if (parsed === undefined)
    return { kind, version, json, signature: 'its kind is not known here', searchKeys: undefined };
  const canonical = finish(parsed);
  if (!equalBytes(hashLeaf(canonical.body), hashLeaf(body)))
    throw new CheckFailed('the entry is not in the canonical form of its kind');
  const signature = parsed.claims.length > 0 ? 'holds' : 'its signed message is not in the log';
  return { kind, version, json, signature, searchKeys: canonical.searchKeys.map(({ text }) => text) };
}

/** Returns the texts that an entry is found by, as far as its body has them; none where its kind is not known here. */
export function searchKeysIn(body: Uint8Array): SearchKeyList {
  const json = isCostly(body) ? undefined : parseObject(body);
  try {
    const parsed = parse(json, textIn(json, 'apiVersion'));
    // Nothing is said of its signatures: another log has taken it.
    const canonical = parsed?.finish(
      parsed.claims.map(() => HOLDS),
      checkBudget(),
    );
    return packSearchKeys(canonical?.searchKeys ?? []);
  } catch (error) {
    if (error instanceof Failure) return packSearchKeys([]);
    throw error;
  }
}

/** Whether a body has more values, or deeper ones, than an entry of a known kind. */
function isCostly(body: Uint8Array): boolean {
  try {
    new JsonMeter(JSON_LIMITS).feed(body);
    return false;
  } catch (error) {
    if (error instanceof Failure) return true;
    throw error;
  }
}

/** Undefined for kinds that are not known here, and for forms of them that other logs may hold. */
function parse(json: object | undefined, version: string): ParsedEntry | undefined {
  const isV2 = /"(hashedRekordV002|dsseV002)"/.test(JSON.stringify(json ?? {}).slice(0, 200));
  try {
    return REGISTRIES[isV2 || version === '' ? 'rekorV2' : 'rekorV1'].parse(json);
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** @throws CheckFailed */
function finish(parsed: ParsedEntry): CanonicalEntry {
  try {
    const verdicts = checkSignatures(parsed.claims).map(({ verdict }) => verdict);
    return parsed.finish(verdicts, checkBudget());
  } catch (error) {
    if (error instanceof Failure) throw new CheckFailed(`the entry does not hold: ${error.message}`);
    throw error;
  }
}

function textIn(json: object | undefined, name: string): string {
  const value = (json as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === 'string' ? value : 'unknown';
}

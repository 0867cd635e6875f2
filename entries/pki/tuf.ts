import { utf8 } from '../../base/bytes.ts';
import { canonicalJson, type Json } from '../../base/canonical-json.ts';
import { isObject, type JsonObject, readJson } from '../../base/json-reader.ts';
import { MalformedJson } from '../../base/failures.ts';
import { CostlyKey, InvalidKey, must } from './failures.ts';

/** Real roots have 5 signatures and 7 kB. */
const MAX_LENGTH = 262_144;
const MAX_SIGNATURES = 64;
/** Bytes that are serialized, which each signature does with the whole root: 40 ms a MiB. */
const MAX_SERIALIZED = 4 * 2 ** 20;

/**
 * The root of a TUF repository in canonical JSON (RFC 8785), once a threshold of its own keys has signed it. Whether
 * it has expired is not asked.
 *
 * @throws InvalidKey
 */
export async function canonicalTuf(content: Uint8Array): Promise<Uint8Array> {
  if (content.length > MAX_LENGTH) throw new CostlyKey(`tuf root is longer than ${MAX_LENGTH} bytes`);
  const { signed, signatures } = readRoot(content);
  if (!(await isSelfSigned(signed, signatures))) throw new InvalidKey('tuf: valid signatures did not meet threshold');
  const canonical = signatures.map(({ keyid, sig }) => ({ keyid, sig: sig.toLowerCase() }));
  return utf8(canonicalJson({ signed: signed as unknown as Json, signatures: canonical }));
}

interface RootSignature {
  readonly keyid: string;
  /** Hex. */
  readonly sig: string;
}

interface SignedRoot {
  readonly signed: JsonObject;
  readonly signatures: readonly RootSignature[];
}

function readRoot(content: Uint8Array): SignedRoot {
  const root = parse(content);
  if (!isObject(root) || !isObject(root['signed'])) throw new InvalidKey('tuf: no signed root');
  const listed = Array.isArray(root['signatures']) ? (root['signatures'] as readonly unknown[]) : [];
  if (listed.length > MAX_SIGNATURES) throw new CostlyKey(`tuf root has more than ${MAX_SIGNATURES} signatures`);
  if (listed.length * content.length > MAX_SERIALIZED)
    throw new CostlyKey(
      `tuf root has ${listed.length} signatures over ${content.length} bytes, and the limit of all together is ${MAX_SERIALIZED} bytes`,
    );
  const signatures = listed.map((each) => must(readSignature(each), 'tuf: malformed signature'));
  return { signed: root['signed'], signatures };
}

function parse(content: Uint8Array): unknown {
  try {
    return readJson(content, 'refuse', { depth: 64, values: 20_000 });
  } catch (error) {
    if (error instanceof MalformedJson) throw new InvalidKey(error.message, { cause: error });
    throw error;
  }
}

function readSignature(value: unknown): RootSignature | undefined {
  if (!isObject(value)) return undefined;
  const { keyid, sig } = value;
  if (typeof keyid !== 'string' || typeof sig !== 'string') return undefined;
  return /^(?:[0-9a-fA-F]{2})*$/.test(sig) ? { keyid, sig } : undefined;
}

async function isSelfSigned(signed: JsonObject, signatures: readonly RootSignature[]): Promise<boolean> {
  const { Metadata, MetadataKind } = await import('@tufjs/models');
  try {
    const data = { signed, signatures: signatures.map((each) => ({ ...each })) } as unknown as Parameters<
      typeof Metadata.fromJSON
    >[1];
    const root = Metadata.fromJSON(MetadataKind.Root, data);
    root.verifyDelegate('root', root);
    return true;
  } catch {
    return false;
  }
}

import { brief } from '../base/brief.ts';
import { foldedMember, isObject, type JsonObject } from '../base/json-reader.ts';
import { InvalidEntry, MalformedProposal } from './failures.ts';
import { type EntryKind, type ParsedSpec } from './kind.ts';

/** A parsed spec, with the kind and version that the proposal names. */
export interface ParsedEntry extends ParsedSpec {
  readonly kind: string;
  readonly version: string;
}

/** The kinds a log knows. Finds the one that a proposal names: the code that uses the result does not branch on kinds. */
export class KindRegistry {
  readonly #kinds = new Map<string, Map<string, EntryKind>>();

  constructor(kinds: readonly EntryKind[]) {
    for (const kind of kinds) {
      const versions = this.#kinds.get(kind.kind) ?? new Map<string, EntryKind>();
      this.#kinds.set(kind.kind, versions.set(kind.version, kind));
    }
  }

  /**
   * Parses a proposal by its kind. Makes no signature check.
   *
   * @throws MalformedProposal
   * @throws InvalidEntry
   */
  parse(proposal: unknown): ParsedEntry {
    const { kind, version, spec } = readProposal(proposal);
    const versions = this.#kinds.get(kind);
    if (versions === undefined) throw new InvalidEntry(notEnabled(kind));
    const found = versions.get(version);
    if (found === undefined) {
      const named = brief(version);
      const reason = `unable to locate entry for version ${named}`;
      throw new InvalidEntry(`${kind} implementation for version '${named}' not found: ${reason}`);
    }
    return { ...found.parse(spec), kind, version };
  }
}

/** Rekor's words for a kind that may be read and not written. */
export function notEnabled(kind: string): string {
  return `entry kind '${kind}' is not enabled for submission on this server`;
}

/** An entry before its kind has looked at it. */
export interface Proposal {
  readonly kind: string;
  readonly version: string;
  readonly spec: unknown;
}

/** The kinds that Rekor's own server knows. One that is not here is no kind at all. */
const REKOR_KINDS: ReadonlySet<string> = new Set([
  'alpine',
  'cose',
  'dsse',
  'hashedrekord',
  'helm',
  'intoto',
  'jar',
  'rekord',
  'rfc3161',
  'rpm',
  'tuf',
]);

/** Rekor's pattern for `apiVersion`: semantic versioning 2.0.0. */
export const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/;

/**
 * Kind, version and spec of what was sent, checked as go-openapi checks them when it binds a request.
 *
 * @throws MalformedProposal
 * @throws InvalidEntry for `ProposedEntry`, a name that Rekor's request model knows but no entry can have
 */
export function readProposal(value: unknown): Proposal {
  const proposal = value ?? {};
  if (!isObject(proposal)) throw wrongType('proposedEntry', 'object');
  const kind = readKind(proposal);
  const version = required('apiVersion', readText(proposal, 'apiVersion'));
  if (!SEMVER.test(version))
    throw new MalformedProposal(`apiVersion in body should match '${SEMVER.source}'`, 'version-malformed');
  return { kind, version, spec: required('spec', foldedMember(proposal, 'spec')) };
}

function readKind(proposal: JsonObject): string {
  const text = readText(proposal, 'kind');
  const kind = required('kind', text === '' ? undefined : text);
  if (kind === 'ProposedEntry') throw new InvalidEntry(`could not unmarshal entry for kind '${kind}'`);
  if (REKOR_KINDS.has(kind)) return kind;
  throw new MalformedProposal(`invalid kind value: ${JSON.stringify(brief(kind))}`, 'kind-unknown');
}

function required<T>(name: string, value: T): NonNullable<T> {
  if (value === null || value === undefined)
    throw new MalformedProposal(`${name} in body is required`, 'member-missing');
  return value;
}

/** Undefined for null, too. */
function readText(object: JsonObject, name: string): string | undefined {
  const member = foldedMember(object, name) ?? undefined;
  if (member === undefined || typeof member === 'string') return member;
  throw wrongType(name, 'string');
}

/** Genuine Rekor fails to decode such a body, and says so with a 500 on create. */
function wrongType(name: string, type: string): MalformedProposal {
  return new MalformedProposal(`${name} in body must be of type ${type}`, 'type-wrong');
}

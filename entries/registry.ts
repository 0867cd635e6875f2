import { brief } from '../base/brief.ts';
import { InvalidEntry } from './failures.ts';
import { type EntryKind, type ParsedSpec } from './kind.ts';
import { readProposal } from './proposal.ts';

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

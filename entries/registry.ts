import { brief } from '../base/brief.ts';
import { InvalidEntry } from './failures.ts';
import { type EntryKind, type ParsedEntry } from './kind.ts';
import { readProposal } from './proposal.ts';

export interface NamedEntry extends ParsedEntry {
  readonly kind: string;
  readonly version: string;
}

/** The kinds a log knows. It finds the one that a proposal names; past this point nobody branches on a kind. */
export class KindRegistry {
  readonly #kinds = new Map<string, Map<string, EntryKind>>();

  constructor(kinds: readonly EntryKind[]) {
    for (const kind of kinds) {
      const versions = this.#kinds.get(kind.kind) ?? new Map<string, EntryKind>();
      this.#kinds.set(kind.kind, versions.set(kind.version, kind));
    }
  }

  /**
   * Everything about a proposal but its signatures.
   *
   * @throws MalformedProposal
   * @throws InvalidEntry
   */
  parse(proposal: unknown): NamedEntry {
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

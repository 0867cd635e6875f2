import type { Verdict } from '../base/verdict.ts';
import type { LeafHash } from '../merkle/types.ts';
import type { KeyMaterial } from './pki/x509.ts';
import type { SearchKeyList, SearchKey } from './search-key-list.ts';
import type { SignatureClaim } from './signatures/claim.ts';
import type { CheckBudget } from './signatures/cost.ts';

/** One use of a signature algorithm by an entry, for the algorithm policy. */
export interface AlgorithmUse {
  /** Rekor's name for key and digest together, such as `ecdsa-sha2-256-nistp256`; undefined when it has none. */
  readonly algorithm: string | undefined;
  /** The member that says so, for a refusal to name. */
  readonly member?: string;
}

/** Payload of an envelope (DSSE). */
export interface SignedPayload {
  readonly type: string;
  readonly payload: Uint8Array;
}

/** An entry whose signatures hold, in canonical form. The code that takes it on does not branch on its kind. */
export interface CanonicalEntry {
  readonly kind: string;
  readonly version: string;
  /** The leaf: canonical JSON (RFC 8785) in UTF-8. Equal entries have equal bodies. */
  readonly body: Uint8Array;
  readonly searchKeys: readonly SearchKey[];
  /** Bytes to keep beside the log under their SHA-256, for kinds that keep what they attest. */
  readonly attestation?: Uint8Array;
  /** Set by kinds that are subject to the algorithm policy: every one has to be allowed. */
  readonly algorithmUses?: readonly AlgorithmUse[];
  /** Keys and certificates whose signatures hold over the entry. Absent from one that is only looked up. */
  readonly signers?: readonly KeyMaterial[];
  /** The content that the signers signed, for kinds that carry it. */
  readonly signed?: SignedPayload;
  /** The member that holds a bare public key where a certificate belongs. Rekor takes none, and a log only if its rules say so. */
  readonly keyForCertificate?: string;
}

/** An entry that the log takes: canonical body, search keys in packed form, and the leaf hash. */
export interface AdmittedEntry extends Pick<CanonicalEntry, 'kind' | 'version' | 'body' | 'attestation'> {
  readonly leafHash: LeafHash;
  readonly searchKeys: SearchKeyList;
  /** Facts that an admission policy judges by, in JSON; absent where there is no policy. */
  readonly facts?: string;
}

/** A spec that was parsed, and none of whose signatures has been checked. */
export interface ParsedSpec {
  /** The checks that the entry needs, at most `MAX_CLAIMS`. They are values: they may be batched, and checked elsewhere. */
  readonly claims: readonly SignatureClaim[];
  /** The member that the keys of the claims stand in, for a refusal to name. */
  readonly keysIn: string;
  /**
   * Why the entry can be looked up but not inserted, in Rekor's words. Without claims it is refused before its leaf is made,
   * which may be impossible.
   */
  readonly notInsertable?: string;
  /**
   * @param verdicts - one on each claim, in their order
   * @param budget - for checks that are made here: those of a chain of certificates
   * @throws InvalidEntry, and what `budget` throws
   */
  finish(verdicts: readonly Verdict[], budget: CheckBudget): CanonicalEntry;
}

/**
 * Signature checks that one entry may ask for: each of ten signatures with each of ten keys, which is as many as Rekor v2
 * takes. An envelope with more is refused before any is made.
 */
export const MAX_CLAIMS = 100;

/** A kind of entry in one version. One folder, and one line in `entries/kinds/index.ts`. */
export interface EntryKind {
  readonly kind: string;
  readonly version: string;
  /** JSON Schema of `spec` as proposed, published in the OpenAPI document. */
  readonly schema: object;
  /**
   * Parses what a stranger sent; makes no signature check.
   *
   * @throws InvalidEntry naming the member at fault
   * @throws MalformedJson if the spec is a message of protocol buffers, and not in its JSON form
   */
  parse(spec: unknown): ParsedSpec;
}

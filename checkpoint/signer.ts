/**
 * A private key that something else may hold: a file, a KMS or an HSM. Asynchronous and by the batch, so that
 * neither a round trip nor a thread is paid for each signature.
 */
export interface Signer {
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** Whether the key is with something that may be away for a time, and come back. */
  readonly mayBeAway?: boolean;
  /** One signature for each message, in their order. A rejection means that nothing was promised. */
  sign(messages: readonly Uint8Array[]): Promise<readonly Uint8Array[]>;
}

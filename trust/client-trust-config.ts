import type { SigningConfig } from './signing-config.ts';
import type { TrustedRoot } from './trusted-root.ts';

/** Both documents in one, which sigstore-python takes as `--trust-config`: dev.sigstore.trustroot.v1.ClientTrustConfig. */
export interface ClientTrustConfig {
  readonly mediaType: 'application/vnd.dev.sigstore.clienttrustconfig.v0.1+json';
  readonly trustedRoot: TrustedRoot;
  readonly signingConfig: SigningConfig;
}

/** Joins both documents. */
export function clientTrustConfig(root: TrustedRoot, config: SigningConfig): ClientTrustConfig {
  return {
    mediaType: 'application/vnd.dev.sigstore.clienttrustconfig.v0.1+json',
    trustedRoot: root,
    signingConfig: config,
  };
}

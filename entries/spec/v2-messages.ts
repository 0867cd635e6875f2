import { enumeration, message, type MessageValue } from '../../base/proto-message.ts';

/*
 * The messages of Rekor v2 that requests and entries are made of (dev.sigstore.rekor.v2, sigstore.common.v1, io.intoto),
 * with the names of their .proto files.
 */

const PUBLIC_KEY_DETAILS = enumeration({
  PUBLIC_KEY_DETAILS_UNSPECIFIED: 0,
  PKCS1_RSA_PKCS1V5: 1,
  PKCS1_RSA_PSS: 2,
  PKIX_RSA_PKCS1V5: 3,
  PKIX_RSA_PSS: 4,
  PKIX_ECDSA_P256_SHA_256: 5,
  PKIX_ECDSA_P256_HMAC_SHA_256: 6,
  PKIX_ED25519: 7,
  PKIX_ED25519_PH: 8,
  PKIX_RSA_PKCS1V15_2048_SHA256: 9,
  PKIX_RSA_PKCS1V15_3072_SHA256: 10,
  PKIX_RSA_PKCS1V15_4096_SHA256: 11,
  PKIX_ECDSA_P384_SHA_384: 12,
  PKIX_ECDSA_P521_SHA_512: 13,
  LMS_SHA256: 14,
  LMOTS_SHA256: 15,
  PKIX_RSA_PSS_2048_SHA256: 16,
  PKIX_RSA_PSS_3072_SHA256: 17,
  PKIX_RSA_PSS_4096_SHA256: 18,
  PKIX_ECDSA_P384_SHA_256: 19,
  PKIX_ECDSA_P521_SHA_256: 20,
  ML_DSA_65: 21,
  ML_DSA_87: 22,
  ML_DSA_44: 23,
});

const HASH_ALGORITHM = enumeration({
  HASH_ALGORITHM_UNSPECIFIED: 0,
  SHA2_256: 1,
  SHA2_384: 2,
  SHA2_512: 3,
  SHA3_256: 4,
  SHA3_384: 5,
});

const RAW_BYTES = message({ raw_bytes: 'bytes' });

const VERIFIER = message({ public_key: RAW_BYTES, x509_certificate: RAW_BYTES, key_details: PUBLIC_KEY_DETAILS }, [
  'public_key',
  'x509_certificate',
]);
export type VerifierMessage = MessageValue<typeof VERIFIER.fields>;

const SIGNATURE = message({ content: 'bytes', verifier: VERIFIER });
export type SignatureMessage = MessageValue<typeof SIGNATURE.fields>;

const HASH_OUTPUT = message({ algorithm: HASH_ALGORITHM, digest: 'bytes' });

export const HASHED_REKORD_REQUEST = message({ digest: 'bytes', signature: SIGNATURE });

/** The names in it have their capitals in the .proto file, too. */
const ENVELOPE = message({
  payload: 'bytes',
  payloadType: 'text',
  signatures: { each: message({ sig: 'bytes', keyid: 'text' }) },
});

export const DSSE_REQUEST = message({ envelope: ENVELOPE, verifiers: { each: VERIFIER } });

/** The `spec` of an entry in the log. */
export const SPEC = message(
  {
    hashed_rekord_v002: message({ data: HASH_OUTPUT, signature: SIGNATURE }),
    dsse_v002: message({ payloadHash: HASH_OUTPUT, signatures: { each: SIGNATURE } }),
  },
  ['hashed_rekord_v002', 'dsse_v002'],
);

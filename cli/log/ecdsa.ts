import type { EcdsaCheck } from '../../checkpoint/verify.ts';
import { ecdsaHolds } from '../../entries/signatures/node-crypto.ts';

/** Checks signatures of logs by ECDSA with the OpenSSL inside Node. */
export const ecdsa: EcdsaCheck = (spki, text, signature) => ecdsaHolds('sha256', text, spki, signature, 'der');

import { ed25519, ed25519ph } from '@noble/curves/ed25519.js';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkClaims } from '../../../entries/signatures/check.ts';
import { type SignatureClaim } from '../../../entries/signatures/claim.ts';
import { ed25519Key } from './keys.ts';

const ABC = createHash('sha512').update('abc').digest();

/** RFC 8032 §7.3. */
const KEY = Buffer.from('ec172b93ad5e563f4932c70e1245034c35467ef2efd4d64ebf819683467e2bf0'.replace(/^.*$/, ''), 'hex');

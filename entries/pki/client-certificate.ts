import { fails, HOLDS, type Verdict } from '../../base/verdict.ts';
import type { Certificate } from './certificate.ts';
import { nodeSignatures } from '../signatures/node-signatures.ts';
import { judgeChain } from './chain.ts';
import { DerReader, TAG } from './der.ts';
import { mayServe, PURPOSE } from './extended-key-usage.ts';

/*
 * Certificates by which a client shows who it is (RFC 5280 §6, RFC 5246 §7.4.6): valid now, below an authority of the log, and
 * made for clients. Name constraints are not judged, so an authority that has some is none here.
 */

const NAME_CONSTRAINTS = '2.5.29.30';
const KEY_USAGE = '2.5.29.15';

/** Cost of one chain, in ECDSA checks on P-256: a client may send any certificates that it likes. */
const CHAIN_COST = 200;

class ChainTooCostly extends Error {}

export interface ClientChain {
  readonly leaf: Certificate;
  /** As the client sent them, in any order. */
  readonly intermediates: readonly Certificate[];
  readonly authorities: readonly Certificate[];
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** Returns why a certificate can be no authority for clients; undefined for one that can. */
export function authorityFault(certificate: Certificate): string | undefined {
  const { basicConstraints, mustNotSign, extensions, key } = certificate;
  if (basicConstraints?.isCa !== true || mustNotSign === true) return 'is no certificate authority';
  if (extensions.some(({ id }) => id === NAME_CONSTRAINTS)) return 'has name constraints, which are not judged here';
  if (!mayServe(certificate.extensions, PURPOSE.clientAuthentication))
    return 'is an authority for other things than clients';
  return key === 'unknown' || key === 'unused' ? 'has a key of a kind that is not known here' : undefined;
}

/** Judges whether a client may show this certificate: within its time, for clients, and below one of the authorities. */
export function judgeClientChain({ leaf, intermediates, authorities, time }: ClientChain): Verdict {
  if (time < leaf.notBefore) return fails('it is not valid yet');
  if (time > leaf.notAfter) return fails('it has expired');
  if (leaf.basicConstraints?.isCa === true) return fails('it is of an authority, and of no client');
  if (!mayServe(leaf.extensions, PURPOSE.clientAuthentication) || !maySign(leaf))
    return fails('it was not made for clients: its key usage says so');
  const between = intermediates.filter((one) => authorityFault(one) === undefined);
  return isBelow({ leaf, intermediates: between, authorities, time })
    ? HOLDS
    : fails('no chain leads from it to an authority of this log');
}

function isBelow({ leaf, intermediates, authorities, time }: ClientChain): boolean {
  let left = CHAIN_COST;
  const spend = (cost: number): void => {
    left -= cost;
    if (left < 0) throw new ChainTooCostly('a chain costs more than a client may');
  };
  try {
    const options = { spend, crypto: nodeSignatures, time };
    return authorities.some((authority) => judgeChain([leaf, ...intermediates, authority], options).holds);
  } catch (error) {
    if (error instanceof ChainTooCostly) return false;
    throw error;
  }
}

/** RFC 5280 §4.2.1.3: a client signs with its key, so digitalSignature, the first bit, has to be there if any is named. */
function maySign({ extensions }: Certificate): boolean {
  const extension = extensions.find(({ id }) => id === KEY_USAGE);
  const bits = extension && new DerReader(extension.value).value(TAG.bitString);
  return extension === undefined || (bits?.[1] ?? 0) >= 0x80;
}

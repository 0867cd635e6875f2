/*
 * The only module of the signature checks that calls OpenSSL itself: functions that the node binary exports, called through
 * node:ffi. A wrong call would end the process or worse, so whatever could be wrong about one is settled in this file:
 * the types of the functions, and that OpenSSL reads and writes memory of ours only, and no further than it is told.
 * Callers deal in bytes and see no address. Builds for browsers, and Nodes without node:ffi, do without this file.
 */
import process from 'node:process';
import { type Curve } from '../claim.ts';
import { CURVES } from '../curves.ts';
import { MAX_DIGEST } from '../verifier.ts';

type Ffi = typeof import('node:ffi');

/** As OpenSSL 3 declares them, on a machine where `size_t` has 64 bits. All are public: they stay while the 3 does. */
const DECLARATIONS = {
  ERR_clear_error: { return: 'void', arguments: [] },
  EC_KEY_new_by_curve_name: { return: 'pointer', arguments: ['int32'] },
  EC_KEY_oct2key: { return: 'int32', arguments: ['pointer', 'pointer', 'uint64', 'pointer'] },
  ECDSA_verify: { return: 'int32', arguments: ['int32', 'pointer', 'int32', 'pointer', 'int32', 'pointer'] },
  EVP_SIGNATURE_fetch: { return: 'pointer', arguments: ['pointer', 'string', 'pointer'] },
  EVP_PKEY_new_raw_public_key: { return: 'pointer', arguments: ['int32', 'pointer', 'pointer', 'uint64'] },
  EVP_PKEY_free: { return: 'void', arguments: ['pointer'] },
  EVP_PKEY_CTX_new_from_pkey: { return: 'pointer', arguments: ['pointer', 'pointer', 'pointer'] },
  EVP_PKEY_CTX_free: { return: 'void', arguments: ['pointer'] },
  EVP_PKEY_verify_init_ex2: { return: 'int32', arguments: ['pointer', 'pointer', 'pointer'] },
  EVP_PKEY_verify: { return: 'int32', arguments: ['pointer', 'pointer', 'uint64', 'pointer', 'uint64'] },
  BN_bin2bn: { return: 'pointer', arguments: ['pointer', 'int32', 'pointer'] },
  RSA_new: { return: 'pointer', arguments: [] },
  RSA_free: { return: 'void', arguments: ['pointer'] },
  RSA_set0_key: { return: 'int32', arguments: ['pointer', 'pointer', 'pointer', 'pointer'] },
  RSA_public_decrypt: { return: 'int32', arguments: ['int32', 'pointer', 'pointer', 'pointer', 'int32'] },
} as const;

/** OpenSSL's functions, and memory that they may read and write. */
interface Library {
  readonly call: ReturnType<typeof functionsOf>;
  lend(size: number): Lent;
}

/** Each answers false or undefined for what OpenSSL refuses, and leaves nothing in its queue of errors. */
export interface OpenSsl {
  /** @param point - `04‖X‖Y`. @param signature - DER, of at most 144 bytes */
  ecdsaHolds(curve: Curve, point: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean;
  ed25519phHolds(key: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean;
  /** `base^exponent mod modulus`, where the base is as long as the modulus: at most 2048 bytes. */
  power(base: Uint8Array, exponent: Uint8Array, modulus: Uint8Array): Uint8Array | undefined;
}

/** For this thread: what it gives away must not be used by another. @throws Error that says why there is none */
export function openOpenSsl(): OpenSsl {
  const { arch } = process;
  const { openssl } = process.versions as { readonly openssl?: string };
  if (!ARCHITECTURES_64_BIT.includes(arch)) throw new Error(`calling OpenSSL is not prepared for ${arch}`);
  if (openssl?.startsWith('3.') !== true)
    throw new Error(`calling OpenSSL is prepared for OpenSSL 3, and here is ${openssl}`);
  const ffi = loadFfi();
  if (ffi === undefined) throw new Error('this Node has no node:ffi');
  const library = { call: functionsOf(ffi), lend: (size: number) => new Lent(ffi, size) };
  return { ecdsaHolds: ecdsa(library), ed25519phHolds: ed25519ph(library), power: rsa(library) };
}

const ARCHITECTURES_64_BIT: readonly string[] = ['x64', 'arm64', 'riscv64', 'loong64', 'ppc64', 's390x'];

/**
 * node:ffi says once in each thread that it is experimental. Nobody who reads a server's log can do anything about that,
 * and the flag that would silence it silences all its kind. It says so while it is loaded, before anything else can
 * run, so that other warnings are neither lost nor late.
 */
export function loadFfi(): Ffi | undefined {
  const { emitWarning } = process;
  process.emitWarning = (...[warning, ...rest]: unknown[]) => {
    if (!String(warning).startsWith('FFI is an experimental feature'))
      Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  try {
    return process.getBuiltinModule('node:ffi');
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** `null` names the program itself, and what it is linked with. @throws Error where a function is missing */
function functionsOf({ dlopen }: Ffi) {
  return dlopen(null, DECLARATIONS).functions;
}

/** Memory that stays where it is for as long as this lives: V8 moves no buffer that was made as one. */
class Lent {
  readonly address: bigint;
  readonly #bytes: Uint8Array;

  constructor({ getRawPointer }: Ffi, size: number) {
    const buffer = new ArrayBuffer(size);
    this.#bytes = new Uint8Array(buffer);
    this.address = getRawPointer(buffer);
  }

  /** The address of a copy. @throws RangeError if there is no room for it */
  put(bytes: Uint8Array): bigint {
    this.#bytes.set(bytes);
    return this.address;
  }

  take(length: number): Uint8Array {
    return this.#bytes.slice(0, length);
  }
}

const NULL = 0n;

/** @throws Error where OpenSSL made nothing: it has no such thing, or no memory */
function made(pointer: bigint, what: string): bigint {
  if (pointer === NULL) throw new Error(`OpenSSL made no ${what}`);
  return pointer;
}

const LONGEST_POINT = 133;
const LONGEST_SIGNATURE = 144;

/** `NID_…` of obj_mac.h. */
const NIDS: Readonly<Record<Curve, number>> = { 'P-224': 713, 'P-256': 415, 'P-384': 715, 'P-521': 716 };

/**
 * To make an EC_KEY takes a tenth of the time of a check, so each curve has one, and each check puts its own point in.
 * They are never freed: there are at most four in a thread, and a thread ends with the process or because it failed.
 */
function ecdsa({ call, lend }: Library): OpenSsl['ecdsaHolds'] {
  const [pointAt, digestAt, signatureAt] = [lend(LONGEST_POINT), lend(MAX_DIGEST), lend(LONGEST_SIGNATURE)] as const;
  const keys = new Map<Curve, bigint>();
  const keyOf = (curve: Curve): bigint => {
    const key = keys.get(curve) ?? made(call.EC_KEY_new_by_curve_name(NIDS[curve]), curve);
    keys.set(curve, key);
    return key;
  };
  return (curve, point, digest, signature) => {
    if (point.length !== 1 + 2 * CURVES[curve].length || point[0] !== UNCOMPRESSED_POINT) return false;
    const key = keyOf(curve);
    const [d, s] = [digestAt.put(digest), signatureAt.put(signature)];
    const held =
      call.EC_KEY_oct2key(key, pointAt.put(point), BigInt(point.length), NULL) === 1 &&
      call.ECDSA_verify(0, d, digest.length, s, signature.length, key) === 1;
    if (!held) call.ERR_clear_error();
    return held;
  };
}

const UNCOMPRESSED_POINT = 4;
const NID_ED25519 = 1087;

/** EVP_SIGNATURE-ED25519(7): after `EVP_PKEY_verify_init_ex2`, "ED25519ph" wants the digest and not the message. */
function ed25519ph({ call, lend }: Library): OpenSsl['ed25519phHolds'] {
  const [keyAt, digestAt, signatureAt] = [lend(32), lend(64), lend(64)] as const;
  const algorithm = made(call.EVP_SIGNATURE_fetch(NULL, 'ED25519ph', NULL), 'Ed25519ph');
  return (key, digest, signature) => {
    if (key.length !== 32 || digest.length !== 64 || signature.length !== 64) return false;
    const [d, s] = [digestAt.put(digest), signatureAt.put(signature)];
    const imported = call.EVP_PKEY_new_raw_public_key(NID_ED25519, NULL, keyAt.put(key), 32n);
    const context = imported === NULL ? NULL : call.EVP_PKEY_CTX_new_from_pkey(NULL, imported, NULL);
    const held =
      context !== NULL &&
      call.EVP_PKEY_verify_init_ex2(context, algorithm, NULL) === 1 &&
      call.EVP_PKEY_verify(context, s, 64n, d, 64n) === 1;
    call.EVP_PKEY_CTX_free(context);
    call.EVP_PKEY_free(imported);
    if (!held) call.ERR_clear_error();
    return held;
  };
}

/** OpenSSL goes no further. */
const LONGEST_MODULUS = 2048;
const LONGEST_EXPONENT = 8;
const RSA_NO_PADDING = 3;

function rsa({ call, lend }: Library): OpenSsl['power'] {
  const [modulusAt, exponentAt] = [lend(LONGEST_MODULUS), lend(LONGEST_EXPONENT)] as const;
  const [baseAt, powerAt] = [lend(LONGEST_MODULUS), lend(LONGEST_MODULUS)] as const;
  return (base, exponent, modulus) => {
    if (modulus.length > LONGEST_MODULUS || exponent.length > LONGEST_EXPONENT || base.length !== modulus.length)
      return undefined;
    const n = made(call.BN_bin2bn(modulusAt.put(modulus), modulus.length, NULL), 'number');
    const e = made(call.BN_bin2bn(exponentAt.put(exponent), exponent.length, NULL), 'number');
    const key = made(call.RSA_new(), 'key');
    call.RSA_set0_key(key, n, e, NULL); // which owns the numbers from now on
    const length = call.RSA_public_decrypt(base.length, baseAt.put(base), powerAt.address, key, RSA_NO_PADDING);
    call.RSA_free(key);
    if (length < 0) call.ERR_clear_error();
    return length < 0 ? undefined : powerAt.take(length);
  };
}

import { createInterface } from 'node:readline';

/*
 * Signs for a log with the keys of a PKCS #11 token: docs/signers.md. The log runs it, and speaks to it over its standard input
 * and output. It keeps one session open, and calls the library of the token through node:ffi, so it needs no package.
 */

const USAGE = `usage: node examples/pkcs11-signer.ts LIBRARY TOKEN REKOR_ID C2SP_ID

LIBRARY is the PKCS #11 library, TOKEN the label of the token, and the ids are those of its P-256 and its Ed25519 key, in hex.
The PIN is in the environment, as PKCS11_PIN.
`;

const GREETING = 'stele-signer 1';

const [, , library = '', token = '', rekorId = '', c2spId = ''] = process.argv;
const { PKCS11_PIN: pin } = process.env;
if (c2spId === '' || pin === undefined) {
  process.stderr.write(USAGE);
  process.exit(2);
}

/** Numbers of PKCS #11, from its header files. */
const CKA = { class: 0x0, id: 0x102, ecPoint: 0x181 } as const;
const CKO = { publicKey: 2, privateKey: 3 } as const;
const CKF_SERIAL_SESSION = 4n;
const CKU_USER = 1n;
const CKM = { ecdsa: 0x1041, eddsa: 0x1057 } as const;

interface KeyUse {
  readonly id: Buffer;
  readonly mechanism: number;
  /** The DER SubjectPublicKeyInfo before the bytes of the point. */
  readonly spkiHead: Buffer;
  /** Bytes of the point: the token has them in an OCTET STRING, with a head of two more. */
  readonly pointBytes: number;
}

const KEYS: Readonly<Record<string, KeyUse>> = {
  'ecdsa-p256-sha256': {
    id: Buffer.from(rekorId, 'hex'),
    mechanism: CKM.ecdsa,
    spkiHead: Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex'),
    pointBytes: 65,
  },
  ed25519: {
    id: Buffer.from(c2spId, 'hex'),
    mechanism: CKM.eddsa,
    spkiHead: Buffer.from('302a300506032b6570032100', 'hex'),
    pointBytes: 32,
  },
};

/** Functions of PKCS #11 v2.40 on a machine where `unsigned long` has 64 bits. Each returns 0 for success. */
const ffi = process.getBuiltinModule('node:ffi');
const { functions: call } = ffi.dlopen(library, {
  C_Initialize: { return: 'uint64', arguments: ['pointer'] },
  C_GetSlotList: { return: 'uint64', arguments: ['uint8', 'pointer', 'pointer'] },
  C_GetTokenInfo: { return: 'uint64', arguments: ['uint64', 'pointer'] },
  C_OpenSession: { return: 'uint64', arguments: ['uint64', 'uint64', 'pointer', 'pointer', 'pointer'] },
  C_Login: { return: 'uint64', arguments: ['uint64', 'uint64', 'pointer', 'uint64'] },
  C_FindObjectsInit: { return: 'uint64', arguments: ['uint64', 'pointer', 'uint64'] },
  C_FindObjects: { return: 'uint64', arguments: ['uint64', 'pointer', 'uint64', 'pointer'] },
  C_FindObjectsFinal: { return: 'uint64', arguments: ['uint64'] },
  C_GetAttributeValue: { return: 'uint64', arguments: ['uint64', 'uint64', 'pointer', 'uint64'] },
  C_SignInit: { return: 'uint64', arguments: ['uint64', 'pointer', 'uint64'] },
  C_Sign: { return: 'uint64', arguments: ['uint64', 'pointer', 'uint64', 'pointer', 'pointer'] },
});

/** Memory that the library may read and write: it stays where it is while this lives. */
class Memory {
  readonly bytes: Buffer;
  readonly address: bigint;

  constructor(content: Uint8Array | number) {
    const buffer = new ArrayBuffer(Math.max(8, typeof content === 'number' ? content : content.length));
    this.bytes = Buffer.from(buffer);
    if (typeof content !== 'number') this.bytes.set(content);
    this.address = ffi.getRawPointer(buffer);
  }
}

/** An `unsigned long`, or several. */
const longs = (...values: readonly bigint[]): Memory => {
  const memory = new Memory(8 * values.length);
  for (const [at, value] of values.entries()) memory.bytes.writeBigUInt64LE(value, 8 * at);
  return memory;
};

/** @throws Error that names the function and the CKR_… that it returned */
function require0(name: string, result: bigint): void {
  if (result !== 0n) throw new Error(`${name} returned 0x${result.toString(16)}`);
}

const NULL = 0n;
const MAX_SLOTS = 64;
const LABEL_BYTES = 32;
const TOKEN_INFO_BYTES = 256; // a CK_TOKEN_INFO has 208
const MAX_POINT_BYTES = 128;
const SIGNATURE_BYTES = 64;

function openSession(): bigint {
  require0('C_Initialize', call.C_Initialize(NULL));
  const [slots, count] = [new Memory(8 * MAX_SLOTS), longs(BigInt(MAX_SLOTS))];
  require0('C_GetSlotList', call.C_GetSlotList(1, slots.address, count.address));
  const all = Array.from({ length: Number(count.bytes.readBigUInt64LE()) }, (_, i) =>
    slots.bytes.readBigUInt64LE(8 * i),
  );
  const slot = all.find((one) => labelOf(one) === token);
  if (slot === undefined) throw new Error(`there is no token ${token}`);
  const [session, secret] = [longs(0n), new Memory(Buffer.from(pin ?? ''))];
  require0('C_OpenSession', call.C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, session.address));
  const opened = session.bytes.readBigUInt64LE();
  require0('C_Login', call.C_Login(opened, CKU_USER, secret.address, BigInt(Buffer.byteLength(pin ?? ''))));
  return opened;
}

function labelOf(slot: bigint): string {
  const info = new Memory(TOKEN_INFO_BYTES);
  require0('C_GetTokenInfo', call.C_GetTokenInfo(slot, info.address));
  return info.bytes.toString('utf8', 0, LABEL_BYTES).trimEnd();
}

function find(id: Buffer, of: number): bigint {
  const [idAt, classAt, found, count] = [new Memory(id), longs(BigInt(of)), longs(0n), longs(0n)];
  // Two CK_ATTRIBUTEs: type, address and length of the value.
  const wanted = longs(BigInt(CKA.id), idAt.address, BigInt(id.length), BigInt(CKA.class), classAt.address, 8n);
  require0('C_FindObjectsInit', call.C_FindObjectsInit(session, wanted.address, 2n));
  require0('C_FindObjects', call.C_FindObjects(session, found.address, 1n, count.address));
  require0('C_FindObjectsFinal', call.C_FindObjectsFinal(session));
  if (count.bytes.readBigUInt64LE() === 0n) throw new Error(`the token has no key with the id ${id.toString('hex')}`);
  return found.bytes.readBigUInt64LE();
}

function publicKey({ id, spkiHead, pointBytes }: KeyUse): Buffer {
  const point = new Memory(MAX_POINT_BYTES);
  const attribute = longs(BigInt(CKA.ecPoint), point.address, BigInt(MAX_POINT_BYTES));
  const read = call.C_GetAttributeValue(session, find(id, CKO.publicKey), attribute.address, 1n);
  require0('C_GetAttributeValue', read);
  const length = Number(attribute.bytes.readBigUInt64LE(16));
  if (length !== pointBytes + 2) throw new Error(`the key ${id.toString('hex')} is of another type`);
  return Buffer.concat([spkiHead, point.bytes.subarray(2, length)]);
}

function sign({ id, mechanism }: KeyUse, input: Buffer): Buffer {
  const [how, data] = [longs(BigInt(mechanism), NULL, 0n), new Memory(input)];
  const [made, length] = [new Memory(SIGNATURE_BYTES), longs(BigInt(SIGNATURE_BYTES))];
  require0('C_SignInit', call.C_SignInit(session, how.address, find(id, CKO.privateKey)));
  require0('C_Sign', call.C_Sign(session, data.address, BigInt(input.length), made.address, length.address));
  return mechanism === CKM.ecdsa ? derOf(made.bytes) : made.bytes;
}

/** An ECDSA signature as DER: tokens give r and s, and the log takes DER. */
function derOf(raw: Buffer): Buffer {
  const integers = [raw.subarray(0, 32), raw.subarray(32, 64)].map((bytes) => {
    const start = bytes.findIndex((byte) => byte !== 0);
    const digits = bytes.subarray(start);
    const padding = (digits[0] ?? 0) >= 0x80 ? [0] : [];
    return Buffer.from([2, padding.length + digits.length, ...padding, ...digits]);
  });
  const content = Buffer.concat(integers);
  return Buffer.concat([Buffer.from([0x30, content.length]), content]);
}

function answer(line: string): string {
  const [number = '', verb, type = '', input = ''] = line.split(' ');
  try {
    const key = KEYS[type];
    if (key === undefined || (verb !== 'key' && verb !== 'sign')) throw new Error('there is no such request');
    const bytes = verb === 'key' ? publicKey(key) : sign(key, Buffer.from(input, 'base64'));
    return `${number} ok ${bytes.toString('base64')}`;
  } catch (error) {
    return `${number} error ${error instanceof Error ? error.message : String(error)}`;
  }
}

const session = openSession();
process.stdout.write(`${GREETING}\n`);
let isGreeted = false;
for await (const line of createInterface({ input: process.stdin })) {
  if (isGreeted) process.stdout.write(`${answer(line)}\n`);
  else if (line !== GREETING) throw new Error('the other side speaks another protocol');
  isGreeted = true;
}

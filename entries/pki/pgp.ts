import {
  type AnyPacket,
  type PublicKeyPacket,
  type PublicSubkeyPacket,
  type SignaturePacket,
  type UserIDPacket,
} from 'openpgp';
import { concatBytes, toBase64, utf8 } from '../../base/bytes.ts';
import { CostlyKey, InvalidKey } from './failures.ts';
import { inColumns } from './pem.ts';
import { hasMorePackets } from './pgp-packets.ts';

/** Bytes of a key ring. */
const MAX_LENGTH = 262_144;
/** Packets of a key ring, of each armored block: 20 us each. A ring of that length has 3,000 signatures at most. */
const MAX_PACKETS = 4096;
/** Armored blocks of a key ring: 0.2 ms each. */
const MAX_BLOCKS = 128;

type OpenPgp = typeof import('openpgp');

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * A public key ring in ASCII armor, spelled as Rekor spells it; users stay in their order. Reads armored or binary rings.
 * Signatures are sorted, not verified.
 *
 * @throws InvalidKey
 */
export async function canonicalPgp(content: Uint8Array): Promise<Uint8Array> {
  if (content.length > MAX_LENGTH) throw new CostlyKey(`PGP public key is longer than ${MAX_LENGTH} bytes`);
  const openpgp = await import('openpgp');
  const rings = await readRings(openpgp, content);
  const keys = rings.flatMap((packets) => splitKeys(openpgp, packets)).filter(({ users }) => users.length > 0);
  if (keys.length === 0) throw new InvalidKey('no PGP public keys could be read');
  return armored(concatBytes(...keys.map((key) => serialize(openpgp, key))));
}

/** The packets of each armored block, or of the whole. */
async function readRings(openpgp: OpenPgp, content: Uint8Array): Promise<AnyPacket[][]> {
  const text = decoder.decode(content);
  try {
    if (!text.startsWith('-----BEGIN PGP')) return [await readPackets(openpgp, content)];
    const rings: AnyPacket[][] = [];
    for (const block of armoredBlocks(text)) rings.push(await readPackets(openpgp, await unarmor(openpgp, block)));
    return rings;
  } catch (error) {
    if (error instanceof InvalidKey) throw error;
    throw new InvalidKey('error reading PGP public key', { cause: error });
  }
}

/** The text up to and including each line that ends a block. */
function armoredBlocks(text: string): string[] {
  const blocks: string[] = [];
  for (let from = 0; ;) {
    const end = text.indexOf('\n-----END PGP', from);
    if (end < 0) return blocks;
    if (blocks.length === MAX_BLOCKS) throw new CostlyKey(`PGP public key has more than ${MAX_BLOCKS} armored blocks`);
    const newline = text.indexOf('\n', end + 1);
    const to = newline < 0 ? text.length : newline + 1;
    blocks.push(text.slice(from, to));
    from = to;
  }
}

async function unarmor(openpgp: OpenPgp, block: string): Promise<Uint8Array> {
  const { type, data } = (await openpgp.unarmor(block)) as { readonly type: unknown; readonly data: unknown };
  if (type !== openpgp.enums.armor.publicKey || !(data instanceof Uint8Array))
    throw new InvalidKey('invalid PGP type detected');
  return data;
}

/** Secret keys are refused here, as packets that nobody allowed. */
async function readPackets(openpgp: OpenPgp, bytes: Uint8Array): Promise<AnyPacket[]> {
  if (hasMorePackets(bytes, MAX_PACKETS)) throw new CostlyKey(`PGP public key has more than ${MAX_PACKETS} packets`);
  const { PublicKeyPacket, PublicSubkeyPacket, SignaturePacket, UserAttributePacket, UserIDPacket } = openpgp;
  const allowed = [PublicKeyPacket, PublicSubkeyPacket, SignaturePacket, UserAttributePacket, UserIDPacket];
  const byTag = Object.fromEntries(allowed.map((packet) => [packet.tag, packet]));
  return [...(await openpgp.PacketList.fromBinary(bytes, byTag as unknown as Map<never, object>, openpgp.config))];
}

interface Signed<Packet> {
  readonly packet: Packet;
  readonly signatures: SignaturePacket[];
}

/** A transferable public key (RFC 9580 §10.1). */
interface PgpKey extends Signed<PublicKeyPacket> {
  readonly users: Signed<UserIDPacket>[];
  readonly subkeys: Signed<PublicSubkeyPacket>[];
}

/** Signatures belong to the packet before them; those of user attributes go with these. */
function splitKeys(openpgp: OpenPgp, packets: readonly AnyPacket[]): PgpKey[] {
  const keys: PgpKey[] = [];
  let signatures: SignaturePacket[] = [];
  for (const packet of packets) {
    if (packet instanceof openpgp.SignaturePacket) {
      signatures.push(packet);
      continue;
    }
    signatures = [];
    if (packet instanceof openpgp.PublicSubkeyPacket) keys.at(-1)?.subkeys.push({ packet, signatures });
    else if (packet instanceof openpgp.PublicKeyPacket) keys.push({ packet, signatures, users: [], subkeys: [] });
    else if (packet instanceof openpgp.UserIDPacket) keys.at(-1)?.users.push({ packet, signatures });
  }
  return keys.map((key) => ({ ...key, users: key.users.filter((user) => isSelfSigned(key, user)) }));
}

function isSelfSigned({ packet }: PgpKey, { signatures }: Signed<UserIDPacket>): boolean {
  return signatures.some(({ issuerKeyID }) => issuerKeyID.equals(packet.getKeyID()));
}

/**
 * Writes the packets that Rekor keeps, in its order: revocations, users with all their signatures, subkeys with the
 * newest binding.
 */
function serialize(openpgp: OpenPgp, { packet, signatures, users, subkeys }: PgpKey): Uint8Array {
  const { keyRevocation, subkeyRevocation, subkeyBinding } = openpgp.enums.signature;
  const list = new openpgp.PacketList<AnyPacket>();
  list.push(packet, ...signatures.filter(({ signatureType }) => signatureType === keyRevocation));
  for (const user of users) list.push(user.packet, ...user.signatures);
  for (const subkey of subkeys) {
    const bindings = subkey.signatures.filter(({ signatureType }) => signatureType === subkeyBinding);
    const [newest] = bindings.toSorted((a, b) => (b.created?.getTime() ?? 0) - (a.created?.getTime() ?? 0));
    const revocations = subkey.signatures.filter(({ signatureType }) => signatureType === subkeyRevocation);
    if (newest !== undefined) list.push(subkey.packet, ...revocations, newest);
  }
  return list.write();
}

/** RFC 9580 §6.2, with the checksum of §6.1.1, 64 columns, and no LF at the end. */
function armored(bytes: Uint8Array): Uint8Array {
  const checksum = crc24(bytes);
  const checksumBytes = Uint8Array.of(Math.floor(checksum / 65_536), Math.floor(checksum / 256) % 256, checksum % 256);
  const lines = inColumns(toBase64(bytes));
  const name = 'PGP PUBLIC KEY BLOCK';
  return utf8(`-----BEGIN ${name}-----\n\n${lines}=${toBase64(checksumBytes)}\n-----END ${name}-----`);
}

function crc24(bytes: Uint8Array): number {
  let checksum = 0xb704ce;
  for (const byte of bytes) {
    checksum ^= byte << 16;
    for (let i = 0; i < 8; i += 1) {
      checksum <<= 1;
      if (checksum >= 0x1000000) checksum ^= 0x1864cfb;
    }
  }
  return checksum;
}

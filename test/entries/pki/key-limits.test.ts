import { readFile } from 'node:fs/promises';
import * as openpgp from 'openpgp';
import { describe, expect, it } from 'vitest';
import { CostlyKey, InvalidKey } from '../../../entries/pki/failures.ts';
import { hasMorePackets } from '../../../entries/pki/pgp-packets.ts';
import { canonicalKeyOf } from '../../../entries/pki/search-formats.ts';
import { readDerKey, readKeyMaterial } from '../../../entries/pki/x509.ts';
import { makeSigner } from '../../support/signing.ts';
import { chainOf, pemOf } from './vectors.ts';

const ring = (name: string): Promise<Buffer> => readFile(new URL(`../../vectors/rekor-pki/${name}`, import.meta.url));
const EMPTY_USER = Uint8Array.of(0xcd, 0);
const repeated = (bytes: Uint8Array, count: number): Uint8Array => Buffer.alloc(bytes.length * count, bytes);

describe('a PEM text', () => {
  const { pem } = makeSigner();
  const junk = '-----BEGIN X-----\n!\n-----END X-----\n';

  it('is read behind 64 blocks that cannot be, and refused for cost behind more', () => {
    expect(readKeyMaterial(Buffer.from(junk.repeat(64) + pem)).key.type).toBe('ecdsa');
    expect(() => readKeyMaterial(Buffer.from(junk.repeat(66) + pem))).toThrow(CostlyKey);
    expect(() => readKeyMaterial(Buffer.from('\n-----END X-----'.repeat(100)))).toThrow('more than 64 PEM blocks');
  });

  it('is read behind any other text, and with white space of all kinds around it', () => {
    const around = '\t \v\f\u0085\u00a0\u2003\u3000\n'.repeat(1000);
    expect(readKeyMaterial(Buffer.from(`${around}a text\n${pem}${around}`)).key.type).toBe('ecdsa');
  });

  it('with a block that no entry could hold is refused before it is decoded', () => {
    const long = pemOf('CERTIFICATE', Buffer.alloc(100_000));
    expect(() => readKeyMaterial(long)).toThrow(/^a PEM block has \d+ characters, and the limit is 131072$/);
    expect(() => readKeyMaterial(Buffer.concat([chainOf('leaf'), long]))).toThrow(CostlyKey);
  });

  it('of DER longer than any entry is refused', () => {
    expect(() => readDerKey(new Uint8Array(65_537))).toThrow('x509: a key or certificate of 65537 bytes');
    expect(() => readDerKey(new Uint8Array(65_536))).toThrow('x509: malformed spki');
  });
});

describe('an OpenPGP key ring', () => {
  it.each(['valid_binary_public.pgp'])('has as many packets as its headers say: %s', async (name) => {
    const bytes = new Uint8Array(await ring(name));
    const allowed = [
      openpgp.PublicKeyPacket,
      openpgp.PublicSubkeyPacket,
      openpgp.SignaturePacket,
      openpgp.UserIDPacket,
    ];
    const byTag = Object.fromEntries(allowed.map((packet) => [packet.tag, packet])) as unknown as Map<never, object>;
    const { length } = await openpgp.PacketList.fromBinary(bytes, byTag, openpgp.config);
    expect(length).toBeGreaterThan(2);
    expect([hasMorePackets(bytes, length), hasMorePackets(bytes, length - 1)]).toEqual([false, true]);
  });

  it.each([
    ['one octet', [0xcd, 5, 1, 2, 3, 4, 5]],
    ['two octets', [0xcd, 192, 8, ...Array.from({ length: 200 }, () => 0)]],
    ['five octets', [0xcd, 255, 0, 0, 0, 3, 1, 2, 3]],
    ['parts', [0xcd, 0xe1, 1, 2, 0xe0, 3, 1, 4]],
    ['one octet, old', [0xb4, 2, 1, 2]],
    ['two octets, old', [0xb5, 0, 2, 1, 2]],
    ['four octets, old', [0xb6, 0, 0, 0, 1, 9]],
  ])('is cut at lengths of %s', (_form, packet) => {
    const three = repeated(Uint8Array.from(packet), 3);
    expect([hasMorePackets(three, 2), hasMorePackets(three, 3)]).toEqual([true, false]);
  });

  it('ends with a packet of no length, with what is no packet, and where a length leads beyond it', () => {
    for (const end of [[0xb7, ...EMPTY_USER], [0x00], [0xcd, 255, 255, 255, 255, 255], [0xcd, 0xfe]])
      expect(hasMorePackets(Buffer.concat([EMPTY_USER, Uint8Array.from(end)]), 2)).toBe(false);
  });

  it('of too many packets or armored blocks is refused before they are parsed', async () => {
    await expect(canonicalKeyOf('pgp', repeated(EMPTY_USER, 5000))).rejects.toThrow(/more than 4096 packets$/);
    const block = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n=AAAA\n-----END PGP PUBLIC KEY BLOCK-----\n';
    await expect(canonicalKeyOf('pgp', Buffer.from(block.repeat(129)))).rejects.toThrow(
      /more than 128 armored blocks$/,
    );
    await expect(canonicalKeyOf('pgp', repeated(EMPTY_USER, 3))).rejects.not.toBeInstanceOf(CostlyKey);
  });
});

describe('a TUF root', () => {
  const root = (signatures: number, padding: number): Buffer =>
    Buffer.from(
      JSON.stringify({
        signed: { _type: 'root', x: 'x'.repeat(padding) },
        signatures: Array.from({ length: signatures }, (_, i) => ({ keyid: `${i}`, sig: '00' })),
      }),
    );

  it('is refused when all its signatures together are over too many bytes', async () => {
    await expect(canonicalKeyOf('tuf', root(64, 80_000))).rejects.toThrow(/^tuf root has 64 signatures over \d+ bytes/);
    for (const fitting of [root(64, 50_000), root(10, 250_000)]) {
      const refused = canonicalKeyOf('tuf', fitting);
      await expect(refused).rejects.toBeInstanceOf(InvalidKey);
      await expect(refused).rejects.not.toBeInstanceOf(CostlyKey);
    }
  });
});

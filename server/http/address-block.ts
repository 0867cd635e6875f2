/**
 * The part of an address that one sender is taken to have to himself: an IPv4 address, or the first 64 bits of an IPv6
 * address, which is the smallest network that is given out (RFC 6177 §2).
 *
 * @param address - as a socket names it; anything else stays as it is
 */
export function addressBlock(address: string): string {
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [front = '', back] = address.replace(/%.*$/, '').split('::', 2);
  const groups = front === '' ? [] : front.split(':');
  const zeros = back === undefined ? 0 : 8 - groups.length - (back === '' ? 0 : back.split(':').length);
  const all = [...groups, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...(back ?? '').split(':')];
  return `${all.slice(0, 4).map(shorten).join(':')}::/64`;
}

const shorten = (group: string): string => group.toLowerCase().replace(/^0+(?=.)/, '');

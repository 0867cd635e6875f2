/** An IPv4 or IPv6 address as Go prints it: RFC 5952, and mapped IPv4 addresses in dotted decimal alone. */
export function ipText(address: Uint8Array): string {
  if (address.length === 4) return address.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => 256 * (address[2 * i] as number) + (address[2 * i + 1] as number));
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return isMapped ? address.slice(12).join('.') : ipv6Text(groups);
}

/** RFC 5952 §4: the first of the longest runs of two or more zeros is left out. */
function ipv6Text(groups: readonly number[]): string {
  const { from, length } = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, from).join(':')}::${hex.slice(from + length).join(':')}`;
}

function longestZeros(groups: readonly number[]): { readonly from: number; readonly length: number } {
  let longest = { from: 0, length: 0 };
  for (let from = 0; from < groups.length; from += 1) {
    const end = groups.findIndex((group, i) => i >= from && group !== 0);
    const length = (end < 0 ? groups.length : end) - from;
    if (length > longest.length) longest = { from, length };
  }
  return longest;
}

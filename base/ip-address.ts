/** Whether Go's `net.ParseIP` takes `text`: IPv4 without leading zeros (RFC 6943 §3.1.1), or IPv6 without a zone. */
export function isIpAddress(text: string): boolean {
  if (text.includes(':')) return /^[0-9A-Fa-f:.]+$/.test(text) && URL.canParse(`http://[${text}]`);
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
}

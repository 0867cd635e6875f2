/** Charsets that Go's mime package decodes by itself, in lower case. */
const KNOWN_CHARSETS: ReadonlySet<string> = new Set(['utf-8', 'iso-8859-1', 'us-ascii']);

/**
 * Whether `word` is an encoded-word (RFC 2047 §2) that could be decoded but for its charset. Such a word is an error to
 * Go's net/mail; one that is malformed is a word like any other.
 */
export function isEncodedWordOfUnknownCharset(word: string): boolean {
  const match = /^=\?([^?]+)\?([BbQq])\?([^?]*)\?=$/.exec(word);
  if (match === null || word.length < 8) return false;
  const [, charset = '', encoding = '', text = ''] = match;
  const isDecodable = encoding.toLowerCase() === 'b' ? isBase64(text) : isQuotedPrintable(text);
  return isDecodable && !KNOWN_CHARSETS.has(charset.toLowerCase());
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function isQuotedPrintable(text: string): boolean {
  return /^(?:[\x20-\x3c\x3e-\x7e]|=[0-9A-Fa-f]{2})*$/.test(text);
}

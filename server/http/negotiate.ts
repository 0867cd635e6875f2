/** Characters of an `Accept` that is read: browsers send some 150. */
const MOST_CHARACTERS = 1024;

/**
 * The offer that `Accept` likes best (RFC 9110 §12.5.1): the highest quality, then the more exact range, then the earlier
 * offer. Undefined if it likes none; the first if it says nothing,
 * or more than is read: a server may disregard the field.
 */
export function negotiate(accept: string | undefined, offers: readonly string[]): string | undefined {
  if (accept === undefined || accept.trim() === '' || accept.length > MOST_CHARACTERS) return offers[0];
  if (accept === offers[0]) return accept;
  const ranges = accept.split(',').map(parseRange);
  const matches = offers.flatMap((offer) =>
    ranges.map(({ range, quality }) => ({ offer, quality, exactness: exactnessOf(range, offer) })),
  );
  const liked = matches.filter(({ quality, exactness }) => quality > 0 && exactness > 0);
  return liked.toSorted((a, b) => b.quality - a.quality || b.exactness - a.exactness)[0]?.offer;
}

/** As go-openapi reads it: a quality that is no number is none, and one out of range is the next that is in it. */
function parseRange(text: string): { readonly range: string; readonly quality: number } {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
  return { range, quality: Number.isNaN(quality) ? 1 : Math.min(1, Math.max(0, quality)) };
}

/** 3: the type itself, 2: its main type, 1: any type, 0: another. */
function exactnessOf(range: string, offer: string): number {
  if (range === offer) return 3;
  if (range === '*/*') return 1;
  return range.endsWith('/*') && offer.startsWith(range.slice(0, -1)) ? 2 : 0;
}

/** Media type of a body, without its parameters; RFC 9110 §8.3 lets a recipient assume octets if there is none. */
export function mediaType(contentType: string | undefined): string {
  const type = (contentType?.split(';', 1)[0] ?? '').trim().toLowerCase();
  return type === '' ? 'application/octet-stream' : type;
}

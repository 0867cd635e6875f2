/*
 * Entries as c2sp.org/tlog-tiles, "Log entries", has them: 2 bytes of length, big-endian, and the body, one after another.
 */

const LENGTH = 2;

export function packBodies(bodies: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(bodies.reduce((sum, { length }) => sum + LENGTH + length, 0));
  const view = viewOf(bytes);
  let at = 0;
  for (const body of bodies) {
    view.setUint16(at, body.length);
    bytes.set(body, at + LENGTH);
    at += LENGTH + body.length;
  }
  return bytes;
}

/** All bodies, views of the bundle. Undefined if the last one is cut short. */
export function bodiesIn(bundle: Uint8Array): readonly Uint8Array[] | undefined {
  const view = viewOf(bundle);
  const bodies: Uint8Array[] = [];
  for (let at = 0; at < bundle.length;) {
    const end = endOf(view, at);
    if (end > bundle.length) return undefined;
    bodies.push(bundle.subarray(at + LENGTH, end));
    at = end;
  }
  return bodies;
}

/** The first `count` entries as a bundle of their own, a view; all, if there are not so many. */
export function firstBodies(bundle: Uint8Array, count: number): Uint8Array {
  const view = viewOf(bundle);
  let end = 0;
  for (let left = count; left > 0 && end < bundle.length; left -= 1) end = endOf(view, end);
  return bundle.subarray(0, end);
}

/** Where the entry that begins at `at` ends: beyond the bundle if it is cut short. */
function endOf(bundle: DataView, at: number): number {
  return at + LENGTH > bundle.byteLength ? Infinity : at + LENGTH + bundle.getUint16(at);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

import { concatBytes } from '../../../base/bytes.ts';
import { type CurveParameters } from '../curves.ts';
import { inverses, mod, toFixedBytes, toInteger } from '../integers.ts';

/** A point in affine coordinates. It has none at infinity: that one is `undefined`. */
export interface Affine {
  readonly x: bigint;
  readonly y: bigint;
}

/** `04‖X‖Y` (SEC 1 §2.3.4). Whether the point is on the curve is for `isOnCurve` to say. */
export function readPoint({ length }: CurveParameters, bytes: Uint8Array): Affine {
  return { x: toInteger(bytes.subarray(1, 1 + length)), y: toInteger(bytes.subarray(1 + length)) };
}

/** `04‖X‖Y` (SEC 1 §2.3.3). */
export function writePoint({ length }: CurveParameters, { x, y }: Affine): Uint8Array {
  return concatBytes(Uint8Array.of(4), toFixedBytes(x, length), toFixedBytes(y, length));
}

/** Two points to add; without `other` the sum is `point`. */
export interface Addition {
  readonly point: Affine;
  readonly other: Affine | undefined;
}

/** The sum of each pair, all for one inversion. Undefined where it is the point at infinity. */
export function addPoints(curve: CurveParameters, additions: readonly Addition[]): (Affine | undefined)[] {
  const lines = additions.map(({ point, other }) =>
    other === undefined ? undefined : lineThrough(curve, point, other),
  );
  const inverted = inverses(
    lines.map((line) => (line === undefined || line.run === 0n ? 1n : line.run)),
    curve.p,
  );
  return additions.map(({ point, other }, i) => {
    const line = lines[i];
    if (line === undefined || other === undefined) return point;
    return line.run === 0n ? undefined : thirdPoint(curve, point, other, line.rise * (inverted[i] as bigint));
  });
}

/** A straight line with the slope `rise/run`: through two points, or touching the curve in one. 0 ≤ run < p. */
interface Line {
  readonly rise: bigint;
  readonly run: bigint;
}

function lineThrough({ p }: CurveParameters, a: Affine, b: Affine): Line {
  if (a.x !== b.x) return { rise: b.y - a.y, run: mod(b.x - a.x, p) };
  if (a.y !== b.y) return { rise: 1n, run: 0n };
  return { rise: 3n * (a.x * a.x - 1n), run: (2n * a.y) % p };
}

/** Where the line meets the curve again, mirrored. */
function thirdPoint({ p }: CurveParameters, a: Affine, b: Affine, slope: bigint): Affine {
  const gradient = slope % p;
  const x = mod(gradient * gradient - a.x - b.x, p);
  return { x, y: mod(gradient * (a.x - x) - a.y, p) };
}

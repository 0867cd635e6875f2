import type { SignedHead } from '../../../log/signers/shard.ts';
import { ownTurn } from '../../../log/turns.ts';
import type { Log } from '../../../log/types.ts';
import { type Html, html, NOTHING } from '../layout.ts';
import { grouped, moment } from '../text.ts';

/** Heads that the plot is drawn from: one is read for each, whatever the log has. */
const POINTS = 48;
const WIDTH = 720;
const HEIGHT = 160;
const MARGIN = 8;

interface Point {
  readonly size: number;
  readonly at: number;
}

/** How a shard grew: heads at even distances of size. @throws SenderGone */
export async function growthPoints(log: Log, gone: AbortSignal): Promise<readonly Point[]> {
  const newest = log.head();
  const points: Point[] = [];
  for (let i = 1; i <= POINTS; i += 1) {
    await ownTurn(gone);
    const [head] = await log.heads(Math.floor((newest.size * i) / POINTS) + 1, 1);
    if (head !== undefined && head.size !== points.at(-1)?.size) points.push(pointOf(head));
  }
  return points.at(-1)?.size === newest.size ? points : [...points, pointOf(newest)];
}

const pointOf = ({ size, at }: SignedHead): Point => ({ size, at });

/** A line of sizes over time, made by the server: it is there without scripts, and takes no room of the page's budget. */
export function growthPlot(points: readonly Point[]): Html {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < 2 || last.at === first.at) return NOTHING;
  const x = ({ at }: Point): string =>
    (MARGIN + ((WIDTH - 2 * MARGIN) * (at - first.at)) / (last.at - first.at)).toFixed(1);
  const y = ({ size }: Point): string => (HEIGHT - MARGIN - ((HEIGHT - 2 * MARGIN) * size) / last.size).toFixed(1);
  const line = points.map((point, i) => (i === 0 ? `M${x(point)} ${y(point)}` : `H${x(point)}V${y(point)}`)).join('');
  return html`<figure class="plot">
    <svg
      viewBox="0 0 ${WIDTH} ${HEIGHT}"
      width="${WIDTH}"
      height="${HEIGHT}"
      role="img"
      aria-label="Growth from ${first.size} to ${last.size} entries"
    >
      <path class="area" d="${line}V${HEIGHT - MARGIN}H${MARGIN}Z" />
      <path class="line" d="${line}" />
      ${points.map((point) => html`<circle cx="${x(point)}" cy="${y(point)}" r="2.5"><title>${point.size} entries at ${new Date(point.at * 1000).toISOString()}</title></circle>`)}
    </svg>
    <figcaption>
      ${moment(first.at)}: ${grouped(first.size)} entries
      <span class="arrow" aria-hidden="true">→</span> ${moment(last.at)}: ${grouped(last.size)} entries
    </figcaption>
  </figure>`;
}

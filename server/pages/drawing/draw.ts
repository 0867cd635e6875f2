import { toHex } from '../../../base/bytes.ts';
import type { LeafRange } from '../../../merkle/types.ts';
import { type Html, html, NOTHING } from '../layout.ts';
import { grouped } from '../text.ts';
import type { Ladder, LadderNode, Step } from './ladder.ts';

/* Draws a ladder as SVG, root on top. All places are attributes: the policy of the pages lets no element bring its own style. */

const ROW = 46;
const STEP = 30;
const NODE = 6;
const MARGIN = 14;
/** Width that is kept for labels beside a node. */
const LABEL = 156;

/** Names for the ends of a ladder. */
export interface LadderNames {
  readonly start: string;
  readonly root: string;
  readonly title: string;
}

interface Placed {
  readonly x: number;
  readonly y: number;
}

/** A drawing whose nodes a script can find: `data-node` is `start`, `sibling-N` or `parent-N`. */
export function drawLadder(ladder: Ladder, names: LadderNames): Html {
  const { steps } = ladder;
  const turns = steps.map(({ side }) => (side === 'left' ? -1 : 1));
  const offsets = turns.reduce<number[]>((all, turn) => [...all, (all.at(-1) ?? 0) + turn], [0]);
  const reach = [...offsets, ...turns.map((turn, i) => (offsets[i] ?? 0) + 2 * turn)];
  const [least, most] = [Math.min(...reach), Math.max(...reach)];
  const width = (most - least) * STEP + 2 * MARGIN + 2 * LABEL;
  const height = steps.length * ROW + 2 * MARGIN + 22;
  const place = (offset: number, row: number): Placed => ({
    x: LABEL + MARGIN + (offset - least) * STEP,
    y: height - MARGIN - row * ROW,
  });
  const way = offsets.map((offset, i) => place(offset, i));
  const siblings = turns.map((turn, i) => place((offsets[i] ?? 0) + 2 * turn, i));
  const last = steps.length - 1;
  return html`<svg
    class="ladder"
    viewBox="0 0 ${width} ${height}"
    width="${width}"
    height="${height}"
    role="img"
    aria-label="${names.title}"
  >
    <g class="edges">${steps.map((_, i) => edges(i, way, siblings))}</g>
    ${steps.map((step, i) => siblingNode(i, step, siblings[i] as Placed))}
    ${node('start', ladder.start, way[0] as Placed, 'way', steps[0]?.side === 'left' ? 'right' : 'left', names.start)}
    ${steps.map(({ parent }, i) =>
      node(
        `parent-${i}`,
        parent,
        way[i + 1] as Placed,
        i === last ? 'way root' : 'way',
        steps[i + 1]?.side === 'left' ? 'right' : 'left',
        i === last ? names.root : '',
      ),
    )}
  </svg>`;
}

function edges(i: number, way: readonly Placed[], siblings: readonly Placed[]): Html {
  const [from, to, beside] = [way[i], way[i + 1], siblings[i]];
  if (from === undefined || to === undefined || beside === undefined) throw new Error('a step has three nodes');
  return html`<path class="edge on-way" data-edge="${i}" d="M${from.x} ${from.y}L${to.x} ${to.y}" /><path
      class="edge"
      d="M${beside.x} ${beside.y}L${to.x} ${to.y}"
    />`;
}

function siblingNode(i: number, { sibling, side }: Step, at: Placed): Html {
  return node(`sibling-${i}`, sibling, at, 'sibling', side, '');
}

function node(
  id: string,
  { hash, range }: LadderNode,
  { x, y }: Placed,
  kind: string,
  side: 'left' | 'right',
  name: string,
): Html {
  const hex = toHex(hash);
  const [anchor, dx] = side === 'left' ? ['end', -NODE - 6] : ['start', NODE + 6];
  return html`<g
    class="node ${kind}"
    data-node="${id}"
    data-hash="${hex}"
    ${id.startsWith('sibling') ? html` data-side="${side}"` : NOTHING}
    ><title>${name === '' ? '' : `${name}, `}${rangeText(range)}: ${hex}</title>
    <circle cx="${x}" cy="${y}" r="${NODE}" /><text x="${x + dx}" y="${y - 1}" text-anchor="${anchor}" class="label"
      >${name === '' ? rangeText(range) : name}</text
    ><text x="${x + dx}" y="${y + 12}" text-anchor="${anchor}" class="hash">${hex.slice(0, 12)}</text></g
  >`;
}

/** The leaves below a node. */
export function rangeText({ from, to }: LeafRange): string {
  return to - from === 1 ? `leaf ${grouped(from)}` : `leaves ${grouped(from)} to ${grouped(to - 1)}`;
}

/** The same as a list: for those who read no drawing, and for hashes as a whole. */
export function listLadder(ladder: Ladder, names: Pick<LadderNames, 'start'>): Html {
  const row = (id: string, label: string, { hash, range }: LadderNode): Html =>
    html`<tr data-row="${id}">
      <th scope="row">${label}</th>
      <td>${rangeText(range)}</td>
      <td><code class="hash">${toHex(hash)}</code></td>
    </tr>`;
  return html`<details class="steps">
    <summary>Every hash of the proof</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Hashes of the proof">
      <table>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Covers</th>
            <th scope="col">Hash</th>
          </tr>
        </thead>
        <tbody>
          ${row('start', names.start, ladder.start)}
          ${ladder.steps.map(({ sibling, parent, side }, i) => html`${row(`sibling-${i}`, `${i + 1}: sibling on the ${side}`, sibling)}${row(`parent-${i}`, `${i + 1}: hash of both`, parent)}`)}
        </tbody>
      </table>
    </div>
  </details>`;
}

import { toHex } from '../base/bytes.ts';
import { hashChildren } from '../merkle/hash.ts';
import type { NodeHash } from '../merkle/types.ts';

/*
 * Climbs a drawn proof again, hash by hash, and colours what it finds. The drawing has the server's hash of each node, so a
 * wrong byte shows at the step that it is in.
 */

/** A drawn proof, and the hashes that are claimed for it. */
export interface Climb {
  readonly start: NodeHash;
  readonly siblings: readonly NodeHash[];
  /** Hex of the hash above each step, as the server has it. */
  readonly parents: readonly string[];
}

/** The end of a climb. */
export interface Climbed {
  readonly root: NodeHash;
  /** The place of the first hash that is wrong, in words; undefined if none is. */
  readonly wrong: string | undefined;
}

/** On which side each sibling is drawn. */
function sidesDrawn(): readonly string[] {
  return [...document.querySelectorAll<SVGElement>('[data-side]')].map(({ dataset }) => dataset['side'] ?? '');
}

/** Climbs, and marks each node of the drawing up to the first that is wrong. */
export function climbDrawn({ start, siblings, parents }: Climb): Climbed {
  const sides = sidesDrawn();
  let [hash, wrong] = [start, compareNode('start', start)];
  for (const [i, sibling] of siblings.entries()) {
    hash = sides[i] === 'left' ? hashChildren(sibling, hash) : hashChildren(hash, sibling);
    if (wrong !== undefined) continue;
    const isRight = toHex(hash) === parents[i] && isShown(`sibling-${i}`, sibling) && isShown(`parent-${i}`, hash);
    markStep(i, isRight ? 'holds' : 'fails');
    if (!isRight) wrong = `step ${i + 1}, ${placeOf(`sibling-${i}`)}`;
  }
  return { root: hash, wrong };
}

/** Marks one step of the drawing, and its rows in the list. */
export function markStep(i: number, state: 'holds' | 'fails'): void {
  for (const id of [`sibling-${i}`, `parent-${i}`]) mark(id, state);
  document.querySelector(`[data-edge="${i}"]`)?.classList.add(state);
}

/** Marks a node of the drawing, and its row in the list. */
export function mark(id: string, state: 'holds' | 'fails'): void {
  const elements = document.querySelectorAll(`[data-node="${id}"], [data-row="${id}"]`);
  for (const { classList } of elements) {
    if (state === 'fails') classList.remove('holds');
    if (state === 'fails' || !classList.contains('fails')) classList.add(state);
  }
}

/** Whether the drawing shows this hash at a node, or has no such node. */
function isShown(id: string, hash: NodeHash): boolean {
  const node = document.querySelector<SVGElement>(`[data-node="${id}"]`);
  return node === null || node.dataset['hash'] === toHex(hash);
}

function compareNode(id: string, hash: NodeHash): Climbed['wrong'] {
  const isRight = isShown(id, hash);
  mark(id, isRight ? 'holds' : 'fails');
  return isRight ? undefined : 'the leaf itself';
}

/** The leaves below a node, in words. */
export function placeOf(id: string): string {
  return document.querySelector(`[data-node="${id}"] .label`)?.textContent ?? 'a sibling';
}

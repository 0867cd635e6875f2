// Must run on any Node since 18.
const OLDEST_NODE = [24, 15]; // oldest release that the tests run on
export const OLDEST_NODE_TEXT = OLDEST_NODE.join('.');

/** Whether this Node is one that the tests run on. */
export function newEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
}

// Fetches the Node release that this project is built for. Must run on any Node since 18.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { install } from './install.mjs';
import { OLDEST_NODE_TEXT } from './oldest-node.mjs';

/**
 * Returns the path of the fetched Node.
 *
 * @param manifests - folder with package.json and lockfile: the release's own binaries, no install script
 * @param place - folder that it is installed into
 */
export function fetchedNode(manifests, place = manifests) {
  install({
    manifests,
    place,
    node: process.execPath,
    development: true,
    what: `Node, because this one is ${process.versions.node}`,
  });
  const system = { darwin: 'darwin', linux: 'linux', win32: 'win' }[process.platform];
  const names = [`node-${system}-${process.arch}`, `node-bin-${system}-${process.arch}`];
  const name = names.find((one) => existsSync(join(place, 'node_modules', one)));
  const here = `${process.platform} ${process.arch}`;
  if (name === undefined) throw new Error(`npm has no Node for ${here}: install Node ${OLDEST_NODE_TEXT} or newer`);
  return join(place, 'node_modules', name, 'bin', system === 'win' ? 'node.exe' : 'node');
}

#!/usr/bin/env node
// The command `stele` of the npm package. It runs on the Node release that the tests run on, which is fetched once where this
// one is older, into a folder of the user's. This file must run on any Node since 18.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fetchedNode } from '../scripts/launch/node-release.mjs';
import { newEnough } from '../scripts/launch/oldest-node.mjs';
import { run } from '../scripts/launch/run.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const runtime = here('../runtime/');
/** In the package JavaScript, in a checkout TypeScript. */
const main = ['./main.js', './main.ts'].map(here).find(existsSync);
const compiled = join(cacheFolder(), 'compiled');

try {
  await start(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`stele: cannot start: ${error.message}\n`);
  process.exitCode = 2;
}

/** A server has memory settings that only a new process can have; all else runs in this one, which saves 40 ms. */
async function start(args) {
  const isServer = args.includes('serve');
  if (!newEnough()) return run(node(), [...flags(isServer), main, ...args], compiled);
  if (isServer) return run(process.execPath, [...flags(true), main, ...args], compiled);
  module.enableCompileCache?.(compiled);
  await import(pathToFileURL(main).href);
}

function flags(isServer) {
  return isServer ? ['--disable-sigusr1'] : [];
}

function node() {
  const { optionalDependencies } = JSON.parse(readFileSync(join(runtime, 'package.json'), 'utf8'));
  const place = join(cacheFolder(), `node-${Object.values(optionalDependencies)[0]}`);
  mkdirSync(place, { recursive: true });
  return fetchedNode(runtime, place);
}

function cacheFolder() {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'stele');
  if (process.platform === 'win32') return join(LOCALAPPDATA ?? homedir(), 'stele', 'cache');
  return process.platform === 'darwin'
    ? join(homedir(), 'Library', 'Caches', 'stele')
    : join(homedir(), '.cache', 'stele');
}

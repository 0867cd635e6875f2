// Installs locked packages with npm, whole or not at all. Must run on any Node since 18.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { OLDEST_NODE_TEXT } from './oldest-node.mjs';

/**
 * Puts the packages that a lockfile names into `place`, unless they are there. They are fetched into a folder of this process and
 * moved from there in one step: whoever is interrupted leaves no half of an installation, and of two who start at once
 * neither waits for the other. npm runs on `node`, so that it judges engines by the right release.
 */
export function install({ manifests, place = manifests, node, development, what }) {
  if (installed(manifests, place, development)) return;
  process.stderr.write(`fetching ${what} (once)\n`);
  const stagingDir = join(place, '.installing');
  makeOneFolder(stagingDir);
  removeAbandoned(stagingDir);
  const fresh = mkdtempSync(join(stagingDir, `${process.pid}-`));
  try {
    for (const name of ['package.json', 'package-lock.json', '.npmrc']) {
      if (existsSync(join(manifests, name))) cpSync(join(manifests, name), join(fresh, name));
    }
    npmCi(fresh, node, development);
    putInPlace(join(fresh, 'node_modules'), join(place, 'node_modules'), () =>
      installed(manifests, place, development),
    );
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** The folder above it is there. Recursive mkdir never returns where the system answers ENOENT below a folder that exists. */
function makeOneFolder(folder) {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}

/** Whether npm's own record of what it installed has all that the lockfile asks for. npm writes it last of all. */
function installed(manifests, place, development) {
  const record = join(place, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const has = JSON.parse(readFileSync(record, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(manifests, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, optional, dev, devOptional }]) => {
    const spare = optional || ((dev || devOptional) && !development);
    return path === '' || (has[path] === undefined ? spare : has[path].version === version);
  });
}

/** Removes what an interrupted installation left behind. */
function removeAbandoned(stagingDir) {
  for (const name of readdirSync(stagingDir)) {
    if (!running(Number(name.split('-', 1)[0]))) rmSync(join(stagingDir, name), { recursive: true, force: true });
  }
}

function running(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function npmCi(folder, node, development) {
  const [command, ...before] = npm(node);
  const flags = ['--no-audit', '--no-fund', '--no-update-notifier', '--ignore-scripts'];
  if (!development) flags.push('--omit=dev'); // 90 % of what is fetched is for development alone
  const path = `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`;
  const env = { ...process.env, PATH: path };
  const { status, signal, error } = spawnSync(command, [...before, 'ci', ...flags], {
    cwd: folder,
    env,
    stdio: ['ignore', 2, 2],
    shell: command === 'npm' && process.platform === 'win32',
  });
  if (error !== undefined) throw new Error(`npm cannot be run (${error.message}): it fetches what this project needs`);
  if (status === 0) return;
  throw new Error(
    `npm could not fetch what this project needs (it ended with ${signal ?? status}; its own words are above).\n` +
      'This is needed once and takes a connection to the npm registry, or a filled npm cache; with Node ' +
      `${OLDEST_NODE_TEXT} or newer and "npm ci" done beforehand, nothing is fetched.`,
  );
}

/** The command that runs npm: the npm that started us, or the one beside this Node, or the first on the PATH. */
function npm(node) {
  const bin = dirname(process.execPath);
  const candidates = [
    process.env.npm_execpath,
    join(bin, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(bin, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    ...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'npm')),
  ];
  const scripts = candidates.filter((file) => file && existsSync(file)).map((file) => realpathSync(file));
  const script = scripts.find((file) => /npm-cli\.c?js$/.test(file));
  return script === undefined ? ['npm'] : [node, script];
}

/** Another process may have been quicker: then its packages stay. */
function putInPlace(fresh, place, done) {
  if (done() || !existsSync(fresh)) return; // npm makes no folder for no package
  const old = `${fresh}-old`;
  try {
    renameSync(place, old);
  } catch (error) {
    if (error.code !== 'ENOENT') rmSync(place, { recursive: true, force: true }); // not every file system can move it
  }
  try {
    renameSync(fresh, place);
  } catch (error) {
    if (!done()) throw error;
  }
}

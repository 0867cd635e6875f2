import { describe, expect, it } from 'vitest';
import { offences, ROOT, type Source, sources } from './inspect.ts';

describe('style §1: layers, rings, lengths', () => {
  it('no file of the project breaks a rule', () => {
    expect(offences(sources(ROOT))).toStrictEqual([]);
  });

  it('looks at the whole project', () => {
    const paths = sources(ROOT).map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'base/bytes.ts',
        'merkle/verify.ts',
        'entries/kinds/index.ts',
        'log/log.ts',
        'host/start/start-log.ts',
        'test/architecture/imports.test.ts',
      ]),
    );
    expect(paths.length).toBeGreaterThan(80);
  });
});

/** Returns the offences of files that are as the table says: path, text. */
function said(...files: readonly (readonly [string, string])[]): readonly string[] {
  return offences(files.map(([path, text]): Source => ({ path, text })));
}

describe('style §1: planted offenders are found', () => {
  it.each([
    ['a layer that imports a higher one', 'merkle/a.ts', "import { x } from '../entries/kind.ts';"],
    ['a type from a higher layer', 'base/a.ts', "import type { X } from '../log/types.ts';"],
    ['an import that is written late', 'storage/a.ts', "const x = await import('../log/log.ts');"],
    ['a re-export', 'checkpoint/a.ts', "export { x } from '../storage/contract.ts';"],
    ['a worker', 'log/a.ts', "new Worker(new URL('../server/worker.ts', import.meta.url));"],
    ['a verifier where one is chosen for it', 'entries/signatures/a.ts', "import './verifiers/node.ts';"],
    ['a wing from outside', 'log/a.ts', "import { kinds } from '../entries/kinds/index.ts';"],
    ['a kind that imports the log', 'entries/kinds/x/a.ts', "import { x } from '../../../log/log.ts';"],
    ['a test in the log', 'log/a.ts', "import { x } from '../test/support/x.ts';"],
    ['express below the server', 'log/a.ts', "import express from 'express';"],
    ['SQLite outside of its engine', 'storage/a.ts', "import Database from 'better-sqlite3';"],
    ['SQLite in the server', 'server/a.ts', "import Database from 'better-sqlite3';"],
    ['cryptography outside its module', 'entries/pki/a.ts', "import { verify } from 'node:crypto';"],
    ['OpenSSL outside its module', 'entries/signatures/verifiers/a.ts', "import { dlopen } from 'node:ffi';"],
    ['OpenSSL in the server', 'server/admission/a.ts', "import type * as ffi from 'node:ffi';"],
    ['cryptography among the kinds', 'entries/kinds/x/a.ts', "import { verify } from 'node:crypto';"],
    ['files in the log', 'log/a.ts', "import { readFileSync } from 'node:fs';"],
    ['files in the settings', 'host/settings/a.ts', "import { readFile } from 'node:fs/promises';"],
    ['a test that imports a measurement', 'test/log/a.ts', "import { x } from '../../bench/x.ts';"],
    ['a measurement that imports a test', 'bench/a.ts', "import type { X } from '../test/support/x.ts';"],
    ['a script that imports the HTTP server', 'scripts/a.ts', "import { x } from '../server/app.ts';"],
    ['what stands below HTTP that imports HTTP', 'host/a.ts', "import { x } from '../server/app.ts';"],
    ['settings that import the start', 'host/settings/a.ts', "import { x } from '../start/plan.ts';"],
    ['the log that imports what opens it', 'log/a.ts', "import { x } from '../host/start/plan.ts';"],
    ['a script that imports a test', 'scripts/a.ts', "import { x } from '../test/support/x.ts';"],
    ['a script that imports a measurement', 'scripts/a.ts', "import { x } from '../bench/x.ts';"],
    ['what tests and measurements share that imports one of them', 'testkit/a.ts', "import '../test/support/x.ts';"],
    ['any module of Node in the tree', 'merkle/a.ts', "import { join } from 'node:path';"],
  ])('%s', (_what, path, text) => {
    expect(said([path, text])).toStrictEqual([expect.stringContaining(`${path} may not import `)]);
  });

  it.each([
    ['host/settings/a.ts', 'const x = process.env;', 'process.env'],
    ['log/a.ts', 'const x = process.env["X"];', 'process.env'],
    ['server/main.ts', 'const x = process.env;', 'process.env'],
    ['log/a.ts', 'const x = process.pid;', 'process'],
    ['log/a.ts', 'f(Date.now());', 'Date.now'],
    ['log/a.ts', 'f(Date.now);', 'Date.now'],
    ['checkpoint/a.ts', 'const x = new Date();', 'new Date()'],
    ['merkle/a.ts', 'const x = performance.now();', 'performance.now'],
    ['server/a.ts', 'const x = Math.random();', 'Math.random'],
  ])('%s asking: %s', (path, text, expression) => {
    expect(said([path, text])).toContain(`${path} may not ask for ${expression}`);
  });

  it.each([
    [
      'a script that opens one engine',
      'scripts/a.ts',
      "import '../storage/engines/x/open.ts';",
      'imports storage/engines/x/open.ts',
    ],
    [
      'a file of an engine in the server',
      'server/a.ts',
      "const x = 'stele.db';",
      'names what belongs to an engine: stele.db',
    ],
    [
      'a code of an engine in the storage',
      'storage/a.ts',
      'const x = /^SQLITE_FULL/;',
      'names what belongs to an engine: SQLITE_FULL',
    ],
    [
      'a journal file in a script',
      'scripts/a.ts',
      "const x = 'heads.txt';",
      'names what belongs to an engine: heads.txt',
    ],
    ['a statement in the log', 'log/a.ts', "const x = 'SELECT 1';", "names what belongs to an engine: 'SELECT "],
  ])('%s', (_what, path, text, offence) => {
    expect(said([path, text])).toStrictEqual([expect.stringContaining(offence)]);
  });

  it('a script that imports the HTTP server through what tests share', () => {
    const found = said(
      ['scripts/a.ts', "import '../testkit/b.ts';"],
      ['testkit/b.ts', "import './c.ts';"],
      ['testkit/c.ts', "import '../server/app.ts';"],
    );
    expect(found).toStrictEqual(['scripts/a.ts may not import server/app.ts through testkit/c.ts']);
  });

  it('a ring between files', () => {
    const ring = said(
      ['log/a.ts', "import './b.ts';"],
      ['log/b.ts', "import './c.ts';"],
      ['log/c.ts', "import './a.ts';"],
    );
    expect(ring).toStrictEqual(['a ring: log/a.ts -> log/b.ts -> log/c.ts -> log/a.ts']);
  });

  it('a ring between folders whose files form none', () => {
    const files = said(
      ['server/http/a.ts', "import '../admission/b.ts';"],
      ['server/admission/b.ts', ''],
      ['server/admission/c.ts', "import '../http/d.ts';"],
      ['server/http/d.ts', ''],
    );
    expect(files).toStrictEqual(['a ring: server/admission -> server/http -> server/admission']);
  });

  it('a file of 251 lines, and not one of 250', () => {
    expect(said(['log/a.ts', 'f();\n'.repeat(251)])).toStrictEqual(['log/a.ts has 251 lines, more than 250']);
    expect(said(['log/a.ts', 'f();\n'.repeat(250)])).toStrictEqual([]);
  });

  it('a file that is in no layer', () => {
    expect(said(['utils/a.ts', "import 'x';"])).toStrictEqual(['utils/a.ts is in no layer']);
  });

  it('but nothing that is in place', () => {
    expect(
      said(
        [
          'host/environment.ts',
          "import { kinds } from '../entries/kinds/index.ts'; f(process.env, performance.now());",
        ],
        ['host/clock/a.ts', "import '../settings/table.ts'; f(Date.now());"],
        ['scripts/a.ts', "import { engineOf } from '../storage/engines/index.ts';"],
        ['test/storage/a.ts', "import '../../storage/engines/sqlite/a.ts'; f('stele.db');"],
        ['storage/engines/sqlite/a.ts', "import Database from 'better-sqlite3'; import '../../contract.ts';"],
        ['entries/signatures/node-crypto.ts', "import { verify } from 'node:crypto';"],
        ['test/log/a.test.ts', "import '../../entries/kinds/index.ts'; import 'node:fs'; f(process.env);"],
        ['bench/a.ts', "import '../testkit/x.ts'; import '../scripts/x.ts'; import '../log/log.ts'; import './y.ts';"],
        ['log/a.ts', "const asked = { process: 1, now: asked.process }; // process.env\nf('Date.now()');"],
      ),
    ).toStrictEqual([]);
  });
});

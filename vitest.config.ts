import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Layers whose modules hold no state: their tests may share a process. All others get one of their own. */
const PURE_TESTS = ['test/{base,merkle,checkpoint,entries}/**/*.test.ts'];

/** Tests of Rekor v1's rules and its clients: run again on logs that hold entries of both APIs before a test begins. */
const V1 = [
  'test/server/{body,create,log,mixed,operating,read,retrieve,routing,search}.test.ts',
  'test/clients/{conflict,sigstore,sigstore-js,tampered}.test.ts',
];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: availableParallelism() + 1, // tests wait for servers, disks and clocks for half of their time
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    provide: { logsBegin: 'empty' },
    coverage: {
      provider: 'v8',
      include: [
        '{api,base,merkle,checkpoint,cli,client,trust,entries,storage,log,metrics,witness,host,server,scripts}/**/*.ts',
      ],
      reporter: ['text-summary', 'html'],
    },
    projects: [
      { extends: true, test: { name: 'pure', include: PURE_TESTS, isolate: false } },
      { extends: true, test: { name: 'all', include: ['test/**/*.test.ts'], exclude: PURE_TESTS } },
      { extends: true, test: { name: 'mixed', include: V1, provide: { logsBegin: 'mixed' } } },
    ],
  },
});

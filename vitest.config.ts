import { defineConfig } from 'vitest/config';

/** Floors whose modules hold no state: their tests may share a process. All others get one of their own. */
const PURE = ['test/{base,merkle,checkpoint,entries}/**/*.test.ts'];

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    projects: [
      { extends: true, test: { name: 'floors', include: PURE, isolate: false } },
      { extends: true, test: { name: 'house', include: ['test/**/*.test.ts'], exclude: PURE } },
    ],
  },
});

import { defineConfig } from 'vitest/config'

/** Tests that need more than Node: see scripts/testReal.sh. The formats are tested again, now that ffmpeg is there. */
export default defineConfig({
  test: {
    include: ['test/real/**/*.test.ts', 'test/audio/decode/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})

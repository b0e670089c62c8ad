import { defineConfig } from 'vitest/config';

/** Where `.ci/run` reads the counts from. */
const REPORT = 'node_modules/.cache/fleet-report.json';

export default defineConfig({
	test: {
		include: ['test/fleet/**/*.test.ts'],
		globalSetup: 'test/fleet/global-setup.ts',
		// All use the same three hosts, and leave them as they were.
		fileParallelism: false,
		testTimeout: 120_000,
		hookTimeout: 120_000,
		reporters: ['default', ['json', { outputFile: REPORT }]],
		env: { NODE_ENV: 'production' },
	},
});

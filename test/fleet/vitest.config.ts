import { defineConfig } from 'vitest/config';

/** Where `.ci/run` reads the counts from. */
const REPORT = 'node_modules/.cache/fleet-report.json';

/** How many files run at the same time, each on three hosts of its own: they mostly wait. */
const LANES = 3;

export default defineConfig({
	test: {
		include: ['test/fleet/**/*.test.ts'],
		globalSetup: 'test/fleet/global-setup.ts',
		maxWorkers: LANES,
		testTimeout: 120_000,
		hookTimeout: 120_000,
		reporters: ['default', ['json', { outputFile: REPORT }]],
		env: { NODE_ENV: 'production' },
	},
});

import { defineConfig } from 'vitest/config';
import { ContractsFirst } from '../support/contracts-first.ts';

/** Where `.ci/run` reads the counts from. */
const REPORT = 'node_modules/.cache/fleet-report.json';

/**
 * How many files run at the same time, each on three hosts of its own: they mostly wait. Each host takes seven inotify
 * instances and more for who logs in, and root has 128 of them by default.
 */
const LANES = 2;

export default defineConfig({
	test: {
		include: ['test/fleet/**/*.test.ts'],
		globalSetup: 'test/fleet/global-setup.ts',
		maxWorkers: LANES,
		sequence: { sequencer: ContractsFirst },
		testTimeout: 120_000,
		hookTimeout: 120_000,
		expect: { poll: { timeout: 30_000 } },
		reporters: ['default', ['json', { outputFile: REPORT }]],
		env: { NODE_ENV: 'production' },
	},
});

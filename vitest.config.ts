import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { ContractsFirst } from './test/support/contracts-first.ts';

/** Where `.ci/run` reads the counts from. */
const REPORT = 'node_modules/.cache/test-report.json';

export default defineConfig({
	// The production build of React knows no development JSX.
	oxc: { jsx: { runtime: 'automatic', development: false } },
	test: {
		include: ['test/**/*.test.{ts,tsx}'],
		exclude: ['test/fleet/**'],
		// They mostly wait for programs.
		maxWorkers: availableParallelism() + 1,
		sequence: { sequencer: ContractsFirst },
		testTimeout: 60_000,
		hookTimeout: 60_000,
		expect: { poll: { timeout: 30_000 } },
		reporters: ['default', ['json', { outputFile: REPORT }]],
		// React's development build would be slower by half, and users never run it.
		env: { NODE_ENV: 'production' },
	},
});

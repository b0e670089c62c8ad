import { defineConfig } from 'vitest/config';

/** Where `.ci/run` reads the counts from. */
const REPORT = 'node_modules/.cache/test-report.json';

export default defineConfig({
	// The production build of React knows no development JSX.
	oxc: { jsx: { runtime: 'automatic', development: false } },
	test: {
		include: ['test/**/*.test.{ts,tsx}'],
		exclude: ['test/fleet/**'],
		testTimeout: 60_000,
		hookTimeout: 60_000,
		reporters: ['default', ['json', { outputFile: REPORT }]],
		// React's development build would be slower by half, and users never run it.
		env: { NODE_ENV: 'production' },
	},
});

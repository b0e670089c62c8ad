import { parseArgs } from 'node:util';
import { type Report, reportText } from './report.ts';

export interface BenchmarkOptions {
	/** Fewer rounds: to see that it works, not to judge by. */
	readonly quick: boolean;
}

/**
 * Runs one benchmark as a program: `--json` prints its report as JSON, `--quick` measures less often.
 * The exit code is 1 when the work was not done; a target that is not met is a result.
 */
export async function benchmark(measure: (options: BenchmarkOptions) => Promise<Report>): Promise<void> {
	const { values } = parseArgs({ options: { json: { type: 'boolean' }, quick: { type: 'boolean' } } });
	// It would slow every start of Node down, in users' favour or not: nothing here needs it.
	delete process.env.NODE_EXTRA_CA_CERTS;
	const report = await measure({ quick: values.quick === true });
	process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : reportText(report));
}

/** Says on stderr what is under way. */
export function progress(text: string): void {
	process.stderr.write(`${text}\n`);
}

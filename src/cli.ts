import { asksForJson } from './commands/output/asks-for-json.ts';
import { failureOf } from './commands/output/failure.ts';
import { runProgram } from './commands/program.ts';

const argv = process.argv.slice(2);

for (const stream of [process.stdout, process.stderr]) {
	stream.on('error', (error: NodeJS.ErrnoException) => {
		// `up` and the console have an ending of their own.
		if (stream.listenerCount('error') > 1) return;
		// Whoever read it has gone, as in `procdeck logs | head`.
		if (error.code === 'EPIPE' || error.code === 'EIO') process.exit(0);
		throw error;
	});
}

async function run(): Promise<number> {
	try {
		return await runProgram(argv);
	} catch (error) {
		const { stdout, stderr, exitCode } = failureOf(error, asksForJson(argv));
		process.stdout.write(stdout);
		process.stderr.write(stderr);
		return exitCode;
	}
}

void run().then((exitCode) => process.stdout.write('', () => process.exit(exitCode)));

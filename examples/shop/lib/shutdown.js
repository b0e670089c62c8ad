/** Runs `finish` at the first TERM or INT, so that what is in hand is done before the process goes. */
export function onShutdown(finish) {
	const stop = (signal) => {
		console.log(`${signal}: stopping`);
		finish();
	};
	process.once('SIGTERM', stop);
	process.once('SIGINT', stop);
}

const GLOBAL_OPTIONS_WITH_VALUE = ['-C', '--directory', '-f', '--procfile', '-e', '--environment'];

/** Whether `--json` was given: read by hand, because the command line may be the very thing that could not be parsed. */
export function asksForJson(argv: readonly string[]): boolean {
	const words = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
	const operands = words.flatMap((word, at) => (isOperand(word, words[at - 1]) ? [at] : []));
	const [verb = words.length, command = words.length] = operands;
	// From its first operand on, the words of `run` are another program's.
	return words.slice(0, words[verb] === 'run' ? command : words.length).includes('--json');
}

function isOperand(word: string, before = ''): boolean {
	return !word.startsWith('-') && !GLOBAL_OPTIONS_WITH_VALUE.includes(before);
}

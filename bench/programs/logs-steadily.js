// Writes LINES numbered lines of 100 bytes a second to stdout. node logs-steadily.js LINES
const rate = Number(process.argv[2]);
const startedAt = performance.now();
let written = 0;

setInterval(() => {
	const due = Math.floor(((performance.now() - startedAt) / 1000) * rate);
	let text = '';
	while (written < due) text += `line ${String(written++).padStart(9, '0')} `.padEnd(99, 'x').concat('\n');
	if (text !== '') process.stdout.write(text);
}, 10);

// The floor for a first frame: Node that writes one in plain ANSI and stays until a key is pressed.
process.stdin.setRawMode(true);
process.stdout.write('\x1b[?1049h\x1b[?25l\x1b[2J\x1b[H \x1b[1mshop\x1b[0m   \x1b[2mstarting\x1b[0m');
process.stdin.once('data', () => {
	process.stdout.write('\x1b[?25h\x1b[?1049l');
	process.exit();
});

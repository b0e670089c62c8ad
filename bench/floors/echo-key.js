// The floor for key to paint: Node that writes the key it was given onto a screen of its own.
process.stdin.setRawMode(true);
process.stdout.write('\x1b[?1049h\x1b[2J\x1b[Hready');
process.stdin.on('data', (key) => process.stdout.write(`\x1b[Hkey ${key}  `));

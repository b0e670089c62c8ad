import { describe, expect, it } from 'vitest';
import { debianMirror } from './mirror.ts';

const DEFAULT = 'http://deb.debian.org/debian';

describe('the mirror that packages come from', () => {
	it('is that of the machine, in the older format', () => {
		const list = `# deb http://commented.example/debian bookworm main
deb [signed-by=/key.asc arch=amd64] https://vendor.example/apt bookworm stable
deb-src http://sources.example/debian bookworm main
deb  [ arch=amd64 ]  http://mirror.example/debian/  bookworm  main contrib # ours
`;
		expect(debianMirror([list])).toBe('http://mirror.example/debian');
	});

	it('is that of the machine, in the newer format', () => {
		const sources = `Types: deb
URIs: http://old.example/debian
Suites: bookworm
Components: main
Enabled: no

Types: deb deb-src
# a comment
URIs: cdrom:[Debian]/ https://mirror.example/debian
Suites: trixie trixie-updates
Components: main non-free-firmware
`;
		expect(debianMirror(['', sources])).toBe('https://mirror.example/debian');
	});

	it("is Debian's own where the machine has none", () => {
		const ubuntu = 'deb http://archive.ubuntu.example/ubuntu noble main\n';
		const security = 'deb http://security.example/debian-security bookworm-security main\n';
		expect(debianMirror([ubuntu, security])).toBe(DEFAULT);
		expect(debianMirror([])).toBe(DEFAULT);
	});
});

import type { Role, Row, Span } from './presentation/row.ts';

/** The SGR parameters of each role; `''` is the terminal's own colour. */
export interface Theme {
	readonly roles: Readonly<Record<Role, string>>;
	/** Of the focus background. */
	readonly focus: string;
	/** Whether colours of the app's own are shown in its log lines. */
	readonly appColours: boolean;
}

function foreground(hex: string): string {
	const channel = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16);
	return `38;2;${channel(1)};${channel(3)};${channel(5)}`;
}

function background(hex: string): string {
	return foreground(hex).replace('38', '48');
}

const DARK: Theme = {
	roles: {
		plain: '',
		dim: foreground('#8b93a1'),
		rule: foreground('#4a5160'),
		trend: foreground('#66708a'),
		accent: foreground('#7aa8ff'),
		warn: foreground('#e0af4f'),
		error: foreground('#ff6b70'),
		match: '7',
	},
	focus: background('#303a52'),
	appColours: true,
};

const LIGHT: Theme = {
	roles: {
		plain: '',
		dim: foreground('#667080'),
		rule: foreground('#c3c8d0'),
		trend: foreground('#8a94a6'),
		accent: foreground('#1f5fd6'),
		warn: foreground('#8f5a00'),
		error: foreground('#c0202c'),
		match: '7',
	},
	focus: background('#d6e1fa'),
	appColours: true,
};

const DARK_16: Theme = {
	roles: { plain: '', dim: '2', rule: '2', trend: '2', accent: '36', warn: '33', error: '91', match: '7' },
	focus: '7',
	appColours: true,
};

const LIGHT_16: Theme = {
	...DARK_16,
	roles: { ...DARK_16.roles, accent: '34', warn: '35', error: '31' },
};

const MONOCHROME: Theme = {
	roles: { plain: '', dim: '2', rule: '2', trend: '2', accent: '1', warn: '1', error: '1', match: '7' },
	focus: '7',
	appColours: false,
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the terminal says that its background is light (`COLORFGBG=0;15`). */
function hasLightBackground({ COLORFGBG }: Environment): boolean {
	const background = Number(COLORFGBG?.split(';').at(-1) ?? Number.NaN);
	return background === 7 || (background >= 9 && background <= 15);
}

/** The theme for what the environment tells of the terminal. */
export function themeFor(environment: Environment): Theme {
	const { NO_COLOR, COLORTERM, TERM } = environment;
	if ((NO_COLOR ?? '') !== '' || TERM === 'dumb') return MONOCHROME;
	const light = hasLightBackground(environment);
	const true24 = COLORTERM === 'truecolor' || COLORTERM === '24bit' || /-direct$/.test(TERM ?? '');
	if (true24) return light ? LIGHT : DARK;
	return light ? LIGHT_16 : DARK_16;
}

const RESET = '\x1b[0m';

function parametersOf({ role, bold, focus, sgr }: Span, theme: Theme): string {
	// Dim text on the focus background would be too weak to read.
	const colour = focus && role === 'dim' ? '' : theme.roles[role];
	return [bold ? '1' : '', colour, sgr ?? '', focus ? theme.focus : '']
		.filter((part) => part !== '')
		.join(';');
}

/** The row as the terminal takes it, without blanks at its end. */
export function paint(row: Row, theme: Theme): string {
	let painted = '';
	let last = '';
	for (const piece of row) {
		const parameters = parametersOf(piece, theme);
		if (parameters !== last) {
			painted += `${last === '' ? '' : RESET}${parameters === '' ? '' : `\x1b[${parameters}m`}`;
		}
		painted += piece.text;
		last = parameters;
	}
	return last === '' ? painted.trimEnd() : `${painted}${RESET}`;
}

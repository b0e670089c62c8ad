import { existsSync } from 'node:fs';
import { Resvg } from '@resvg/resvg-js';
import type { IBufferCell, Terminal } from '@xterm/headless';

const FONT_FILES = ['DejaVuSansMono.ttf', 'DejaVuSansMono-Bold.ttf'].map(
	(name) => `/usr/share/fonts/truetype/dejavu/${name}`,
);
const FONT_SIZE = 14;
/** Cell width of DejaVu Sans Mono at that size. */
const CELL_WIDTH = 8.43;
const CELL_HEIGHT = 18;
const BASELINE = 13.5;
const MARGIN = 14;
/** Pixels a unit: sharp on screens of high density. */
const SCALE = 1.5;

const FOREGROUND = '#d8dce4';
const BACKGROUND = '#15181e';
const PALETTE = [
	['#15181e', '#d0545a', '#7fb069', '#d0a050', '#6a94d8', '#b07ac8', '#5fb0b8', '#c8ccd4'],
	['#6b7280', '#ff6b70', '#98c379', '#e0af4f', '#7aa8ff', '#c792ea', '#79c7d0', '#ffffff'],
].flat();

interface Style {
	readonly foreground: string;
	readonly background: string;
	readonly bold: boolean;
	readonly dim: boolean;
	readonly underline: boolean;
}

interface Run extends Style {
	readonly column: number;
	text: string[];
}

function hex(rgb: number): string {
	return `#${rgb.toString(16).padStart(6, '0')}`;
}

/** The colour of an entry of the 256-colour palette. */
function paletteColour(index: number): string {
	const basic = PALETTE[index];
	if (basic) return basic;
	if (index >= 232) return hex((8 + (index - 232) * 10) * 0x010101);
	const level = (value: number) => (value === 0 ? 0 : 55 + value * 40);
	const cube = index - 16;
	return hex(
		level(Math.floor(cube / 36)) * 0x10000 + level(Math.floor(cube / 6) % 6) * 0x100 + level(cube % 6),
	);
}

function styleOf(cell: IBufferCell): Style {
	let foreground = FOREGROUND;
	if (cell.isFgRGB()) foreground = hex(cell.getFgColor());
	else if (cell.isFgPalette()) foreground = paletteColour(cell.getFgColor());
	let background = BACKGROUND;
	if (cell.isBgRGB()) background = hex(cell.getBgColor());
	else if (cell.isBgPalette()) background = paletteColour(cell.getBgColor());
	if (cell.isInverse()) [foreground, background] = [background, foreground];
	return {
		foreground,
		background,
		bold: cell.isBold() !== 0,
		dim: cell.isDim() !== 0,
		underline: cell.isUnderline() !== 0,
	};
}

function sameStyle(a: Style, b: Style): boolean {
	return (
		a.foreground === b.foreground &&
		a.background === b.background &&
		a.bold === b.bold &&
		a.dim === b.dim &&
		a.underline === b.underline
	);
}

/** The cells of a row, joined where their style is the same. */
function runsOf(emulator: Terminal, row: number): Run[] {
	const { active } = emulator.buffer;
	const line = active.getLine(active.viewportY + row);
	const runs: Run[] = [];
	for (let column = 0; column < emulator.cols; column += 1) {
		const cell = line?.getCell(column);
		if (!cell) continue;
		const style = styleOf(cell);
		const latest = runs.at(-1);
		if (latest && sameStyle(latest, style)) latest.text.push(cell.getChars() || ' ');
		else runs.push({ ...style, column, text: [cell.getChars() || ' '] });
	}
	return runs;
}

function escapeXml(text: string): string {
	return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function drawRun(run: Run, row: number): string {
	const x = MARGIN + run.column * CELL_WIDTH;
	const y = MARGIN + row * CELL_HEIGHT;
	const width = run.text.length * CELL_WIDTH;
	const parts: string[] = [];
	if (run.background !== BACKGROUND) {
		parts.push(`<rect x="${x}" y="${y}" width="${width}" height="${CELL_HEIGHT}" fill="${run.background}"/>`);
	}
	if (run.text.some((character) => character !== ' ')) {
		// A place for each character: the grid holds whatever the font's own advances are.
		const places = run.text.map((_, index) => (x + index * CELL_WIDTH).toFixed(2)).join(' ');
		const weight = run.bold ? ' font-weight="bold"' : '';
		const opacity = run.dim ? ' opacity="0.62"' : '';
		const decoration = run.underline ? ' text-decoration="underline"' : '';
		parts.push(
			`<text x="${places}" y="${y + BASELINE}" fill="${run.foreground}"${weight}${opacity}${decoration}>${escapeXml(run.text.join(''))}</text>`,
		);
	}
	return parts.join('');
}

/** What a terminal shows, as an SVG. */
export function screenToSvg(emulator: Terminal): string {
	const width = emulator.cols * CELL_WIDTH + 2 * MARGIN;
	const height = emulator.rows * CELL_HEIGHT + 2 * MARGIN;
	const rows = Array.from({ length: emulator.rows }, (_, row) =>
		runsOf(emulator, row)
			.map((run) => drawRun(run, row))
			.join(''),
	);
	return `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" width="${width}" height="${height}" font-family="DejaVu Sans Mono" font-size="${FONT_SIZE}"><rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>${rows.join('')}</svg>`;
}

/**
 * What a terminal shows, as a PNG.
 * @throws Error where the font is not installed.
 */
export function screenToPng(emulator: Terminal): Buffer {
	if (!FONT_FILES.every((file) => existsSync(file))) {
		throw new Error('The screenshots need DejaVu Sans Mono: apt-get install fonts-dejavu-core');
	}
	const font = {
		fontFiles: FONT_FILES,
		loadSystemFonts: false,
		defaultFontFamily: 'DejaVu Sans Mono',
		monospaceFamily: 'DejaVu Sans Mono',
	};
	const picture = new Resvg(screenToSvg(emulator), { font, fitTo: { mode: 'zoom', value: SCALE } });
	return picture.render().asPng();
}

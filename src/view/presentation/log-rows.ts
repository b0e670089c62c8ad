import type { LogLine, LogWindow } from '../../store/log-window.ts';
import { colouredPieces, logLineText, matcher, patternOf, soundsLikeError } from '../log-text.ts';
import type { Model } from '../model.ts';
import type { LogView } from '../ui.ts';
import { clockText } from './format.ts';
import { dim, fit, padEnd, plain, type Row, rowWidth, type Span, shorten, span, widthOf } from './row.ts';
import { marked, skip } from './spans.ts';
import { nearStart, wrap } from './wrap.ts';

interface Layout {
	readonly width: number;
	readonly height: number;
	readonly nameWidth: number;
	readonly withServer: boolean;
}

/** The last lines that pass the filter, oldest first, with the index of each. */
export function lastLines(window: LogWindow, logs: LogView, count: number): readonly LogLine[] {
	const passes = matcher(logs.filter);
	const lines: LogLine[] = [];
	const bottom = logs.paused === null ? window.length - 1 : logs.bottom;
	window.walk(bottom, -1, (line) => {
		if (passes === null || passes(logLineText(line.text))) lines.push(line);
		return lines.length < count;
	});
	return lines.reverse();
}

function originText({ server, instance }: LogLine, withServer: boolean): string {
	return withServer ? `${server} ${instance}` : instance;
}

function prefix(line: LogLine, logs: LogView, layout: Layout, { glyphs }: Model, isError: boolean): Span[] {
	const time = logs.time ? `${clockText(line.at)} ` : '';
	const name = shorten(originText(line, layout.withServer), layout.nameWidth, glyphs.ellipsis);
	const gutter = isError ? span('error', glyphs.errorGutter) : span('rule', glyphs.gutter);
	return [dim(` ${time}${padEnd(name, layout.nameWidth)} `), gutter, plain(' ')];
}

function textSpans(line: LogLine, model: Model, search: RegExp | null): Span[] {
	if (line.marker) return [span('warn', logLineText(line.text))];
	const pieces = model.appColours
		? colouredPieces(line.text).map(
				({ text, sgr }): Span => ({ text, role: 'plain', ...(sgr === null ? {} : { sgr }) }),
			)
		: [plain(logLineText(line.text))];
	return pieces.flatMap((piece) => marked(piece, search));
}

function wrapped(
	head: readonly Span[],
	text: readonly Span[],
	{ width, height }: Layout,
	{ glyphs }: Model,
): Row[] {
	const used = rowWidth(head);
	const continuation: Row = [
		plain(' '.repeat(Math.max(0, used - 2))),
		span('rule', glyphs.gutter),
		plain(' '),
	];
	return wrap(text, Math.max(10, width - used))
		.map((row, position) => [...(position === 0 ? head : continuation), ...row])
		.slice(-height)
		.map((row) => fit(row, width, ''));
}

function lineRows(line: LogLine, model: Model, logs: LogView, layout: Layout, search: RegExp | null): Row[] {
	const isError = !line.marker && soundsLikeError(line.text);
	const head = prefix(line, logs, layout, model, isError);
	const text = textSpans(line, model, search);
	if (logs.wrap) return wrapped(head, text, layout, model);
	const near = nearStart(text, logs.left + layout.width);
	return [
		fit([...head, ...(logs.left > 0 ? skip(near, logs.left) : near)], layout.width, model.glyphs.ellipsis),
	];
}

/** The lowest lines of a log view in exactly `height` rows. */
export function logRows(model: Model, logs: LogView, width: number, height: number): Row[] {
	const window = logs.paused ?? model.log;
	const lines = lastLines(window, logs, height);
	const withServer = new Set(lines.map(({ server }) => server)).size > 1;
	const longest = Math.max(8, ...lines.map((line) => widthOf(originText(line, withServer))));
	const layout: Layout = { width, height, nameWidth: Math.min(longest, Math.floor(width / 4)), withServer };
	const search = patternOf(logs.search);
	const blocks: Row[][] = [];
	// From the lowest line up, to leave alone what a wrapped line pushes out of sight.
	for (let at = lines.length - 1, free = height; at >= 0 && free > 0; at -= 1) {
		const block = lineRows(lines[at]!, model, logs, layout, search);
		blocks.unshift(block);
		free -= block.length;
	}
	const rows = blocks.flat().slice(-height);
	while (rows.length < height) rows.push([plain(' '.repeat(width))]);
	return rows;
}

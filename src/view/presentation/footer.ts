import { bindingsAt, placeOf } from '../dispatch.ts';
import type { Model } from '../model.ts';
import type { UiState } from '../ui.ts';
import { bold, dim, fit, plain, type Row, rowWidth, type Span } from './row.ts';

interface Hint {
	readonly label: string;
	readonly word: string;
	/** It does nothing now. */
	readonly off: boolean;
}

const TYPING: readonly Hint[] = [
	{ label: 'Enter', word: 'take', off: false },
	{ label: 'Esc', word: 'cancel', off: false },
	{ label: 'Ctrl-U', word: 'clear', off: false },
];

const COMMAND: readonly Hint[] = [
	{ label: 'Enter', word: 'do it', off: false },
	{ label: 'Tab', word: 'complete', off: false },
	{ label: 'up', word: 'the one before', off: false },
	{ label: 'Esc', word: 'cancel', off: false },
];

function hintsAt(model: Model, ui: UiState, width: number): readonly Hint[] {
	if (ui.prompt !== null) return ui.prompt.kind === 'command' ? COMMAND : TYPING;
	const context = { model, ui, width, height: 0 };
	const place = placeOf(ui);
	return bindingsAt(place, model.state.readOnly).flatMap(({ footer, blocked }) => {
		if (footer === null) return [];
		const [label, word] = footer;
		// On the deck's first pane there is nothing to go back to.
		if (label === 'Esc' && place === 'formation' && ui.filter === '') return [];
		return [{ label, word, off: (blocked?.(context) ?? null) !== null }];
	});
}

function spans({ label, word, off }: Hint): Row {
	return [off ? dim(label) : bold(label), dim(` ${word}`), plain('  ')];
}

/** The keys that work now; from the right they give way, `? help` never. */
export function footerRow(model: Model, ui: UiState, width: number): Row {
	const choices = ui.prompt?.choices ?? [];
	if (choices.length > 0) return fit([dim(` ${choices.join('  ')}`)], width, model.glyphs.ellipsis);
	const hints = hintsAt(model, ui, width);
	const help = hints.filter(({ label }) => label === '?').flatMap(spans);
	const row: Span[] = [plain(' ')];
	for (const hint of hints) {
		if (hint.label === '?') continue;
		const next = spans(hint);
		if (rowWidth(row) + rowWidth(next) + rowWidth(help) - 2 > width) break;
		row.push(...next);
	}
	return fit([...row, ...help], width, model.glyphs.ellipsis);
}

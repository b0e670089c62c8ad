import { styleText } from 'node:util';

/** What a piece of text is, which decides how it looks. */
export type Look = 'plain' | 'dim' | 'bold' | 'good' | 'warn' | 'bad';

/** Styles a text for where it goes: on a terminal with escapes, elsewhere as it is. */
export type Paint = (look: Look, text: string) => string;

const STYLES = { dim: 'dim', bold: 'bold', good: 'green', warn: 'yellow', bad: 'red' } as const;

export const unpainted: Paint = (_look, text) => text;

export const painted: Paint = (look, text) =>
	look === 'plain' ? text : styleText(STYLES[look], text, { validateStream: false });

/** Whether colour is wanted on a stream: a terminal, and neither `--no-color` nor `NO_COLOR`. */
export function wantsColour(stream: { readonly isTTY?: boolean }, allowed: boolean): boolean {
	return allowed && stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
}

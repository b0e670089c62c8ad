/** Characters of process types, servers, environments and stacks: they become parts of file and unit names. */
const NAME = /^[A-Za-z0-9_-]+$/;

/** What {@link isName} accepts, in words for messages. */
export const NAME_CHARACTERS = 'letters, digits, - and _';

export function isName(text: string): boolean {
	return NAME.test(text);
}

/** The stack name for a folder or a `stack:` of any spelling: each other character becomes `-`. */
export function toStackName(text: string): string {
	return text.replace(/[^A-Za-z0-9_-]/gu, '-') || 'root';
}

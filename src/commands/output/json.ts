/** A value as one line of JSON. DEL and the C1 controls, which a terminal would obey, are escaped too. */
export function jsonLine(value: unknown): string {
	const text = JSON.stringify(value).replace(
		/[\x7f-\x9f]/g,
		(control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
	return `${text}\n`;
}

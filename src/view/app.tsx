import { Box, Text, useInput, usePaste, useWindowSize } from 'ink';
import { memo, useEffect, useSyncExternalStore } from 'react';
import type { Controller } from './controller.ts';
import { keysOf } from './keys.ts';

/** A line is painted and padded before it comes here: a Text a row is what Ink draws fastest. */
const Line = memo(function Line({ text }: { readonly text: string }) {
	return <Text wrap="truncate">{text}</Text>;
});

export function App({ controller }: { readonly controller: Controller }) {
	const lines = useSyncExternalStore(controller.subscribe, controller.lines);
	const { columns, rows } = useWindowSize();
	useEffect(() => controller.resize({ columns, rows }), [controller, columns, rows]);
	useInput((input, key) => controller.press(keysOf(input, key)));
	usePaste((text) => controller.paste(text));
	return (
		<Box flexDirection="column">
			{lines.map((line, position) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a line is its place on the screen
				<Line key={position} text={line} />
			))}
		</Box>
	);
}

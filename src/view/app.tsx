import { Box, Text, Transform, useInput, usePaste, useWindowSize } from 'ink';
import { memo, useEffect, useSyncExternalStore } from 'react';
import type { Controller } from './controller.ts';
import { keysOf } from './keys.ts';

/**
 * A line comes painted and cut to the screen. Through Transform, because Ink measures the text of a Text again on every
 * frame, which costs more than drawing it.
 */
const Line = memo(function Line({ text }: { readonly text: string }) {
	return (
		<Transform transform={() => text}>
			<Text> </Text>
		</Transform>
	);
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
				<Line key={position} text={line} />
			))}
		</Box>
	);
}

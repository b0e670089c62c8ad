import { Box, Text, Transform, useApp, useInput, usePaste, useWindowSize } from 'ink';
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

/** Runs what it is given while the terminal is not the console's. */
export type SuspendTerminal = (use: () => Promise<void>) => Promise<void>;

export interface AppProps {
	readonly controller: Controller;
	/** Told once how to leave the terminal to somebody else. */
	readonly onTerminal?: (suspend: SuspendTerminal) => void;
}

export function App({ controller, onTerminal }: AppProps) {
	const lines = useSyncExternalStore(controller.subscribe, controller.lines);
	const { columns, rows } = useWindowSize();
	useEffect(() => controller.resize({ columns, rows }), [controller, columns, rows]);
	const { suspendTerminal } = useApp();
	useEffect(() => onTerminal?.(suspendTerminal), [onTerminal, suspendTerminal]);
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

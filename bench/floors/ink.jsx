// The floor for the console: the smallest program that paints with Ink and reads a key.
import { Box, render, Text, useApp, useInput } from 'ink';

function Smallest() {
	const { exit } = useApp();
	useInput(() => exit());
	return (
		<Box>
			<Text>ready</Text>
		</Box>
	);
}

render(<Smallest />, { alternateScreen: true });

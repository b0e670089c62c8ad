import { basename } from 'node:path';
import { guessFrom, watchForProcfile, writeProcfile } from '../session/console-procfile.ts';
import type { ProcfileGuess } from '../session/console-procfile-guess.ts';
import { createEmptyController } from '../view/empty-controller.ts';
import { glyphsFor } from '../view/presentation/glyphs.ts';
import { themeFor } from '../view/theme.ts';
import { onScreen, screenSize } from './screen.ts';

/** `Rails, 2 types` */
function guessText({ kind, types }: ProcfileGuess): string {
	return `${kind}, ${types.length} type${types.length === 1 ? '' : 's'}`;
}

/**
 * Opens the screen of a folder that has no Procfile, where one can be made, until there is one or the user leaves.
 * @param options.directory the app's folder, its real path
 */
export async function openEmptyState(options: {
	readonly directory: string;
	readonly environment: string;
}): Promise<'procfile-appeared' | 'quit'> {
	const { directory, environment } = options;
	const guess = await guessFrom(directory);
	const theme = themeFor(process.env);
	let appeared = false;
	await onScreen({ title: basename(directory), environment, theme }, () => {
		let leave = () => {};
		const left = new Promise<void>((resolve) => {
			leave = resolve;
		});
		const controller = createEmptyController({
			state: {
				stack: basename(directory),
				environment,
				directory,
				guess: guess === null ? null : guessText(guess),
				error: null,
			},
			glyphs: glyphsFor(process.env),
			theme,
			size: screenSize(),
			onCreate() {
				if (guess === null) return;
				writeProcfile(directory, guess).catch((error: Error) => controller.update({ error: error.message }));
			},
			onQuit: leave,
		});
		const unwatch = watchForProcfile(directory, environment, () => {
			appeared = true;
			leave();
		});
		const stop = () => {
			unwatch();
			controller.stop();
		};
		return { controller, left, stop };
	});
	return appeared ? 'procfile-appeared' : 'quit';
}

import { basename } from 'node:path';
import { guessFrom, watchForProcfile, writeProcfile } from '../session/console-procfile.ts';
import type { ProcfileGuess } from '../session/console-procfile-guess.ts';
import { createEmptyController } from '../view/empty-controller.ts';
import { glyphsFor } from '../view/presentation/glyphs.ts';
import { type Screen, screenSize } from './screen.ts';

/** `Rails, 2 types` */
function guessText({ kind, types }: ProcfileGuess): string {
	return `${kind}, ${types.length} type${types.length === 1 ? '' : 's'}`;
}

/** Shows that a folder has no Procfile, and helps to make one, until there is one or the user leaves. */
export async function openEmptyState(
	screen: Screen,
	options: {
		/** The app's folder, its real path. */
		readonly directory: string;
		readonly environment: string;
	},
): Promise<'procfile-appeared' | 'quit'> {
	const { directory, environment } = options;
	const guess = await guessFrom(directory);
	const over = Promise.withResolvers<void>();
	let appeared = false;
	const unwatch = watchForProcfile(directory, environment, () => {
		appeared = true;
		over.resolve();
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
		theme: screen.theme,
		size: screenSize(),
		onCreate() {
			if (guess === null) return;
			writeProcfile(directory, guess).catch((error: Error) => controller.update({ error: error.message }));
		},
		onQuit: over.resolve,
	});
	const stop = () => {
		unwatch();
		controller.stop();
	};
	await screen.run({ controller, left: over.promise, stop });
	return appeared ? 'procfile-appeared' : 'quit';
}

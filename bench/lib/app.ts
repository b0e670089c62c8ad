import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { userEnvironment } from '../../test/support/binary.ts';
import { killAll, processesWith } from '../../test/support/processes.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { Announcements } from './announcements.ts';

/** An app in a folder of its own, with state and a home of its own. */
export interface App {
	readonly directory: string;
	readonly stateHome: string;
	readonly env: Readonly<Record<string, string>>;
	readonly announcements: Announcements;
	write(name: string, text: string): Promise<string>;
	/** Every process that was started for it and lives. */
	processes(): number[];
	/** Ends all its processes and removes the folder. */
	end(): Promise<void>;
}

export async function createApp(): Promise<App> {
	const root = await realpath(await mkdtemp(join(tmpdir(), 'procdeck-bench-')));
	const directory = join(root, 'app');
	const stateHome = join(root, 'state');
	await mkdir(directory);
	const env = userEnvironment({ HOME: root, XDG_STATE_HOME: stateHome, PM2_HOME: join(root, 'pm2') });
	const announcements = new Announcements(join(root, 'announcements'));
	const processes = () => processesWith(`XDG_STATE_HOME=${stateHome}`);
	return {
		directory,
		stateHome,
		env,
		announcements,
		processes,
		write: async (name, text) => {
			const path = join(directory, name);
			await writeFile(path, text);
			return path;
		},
		end: async () => {
			announcements.close();
			await waitFor(() => {
				const left = processes();
				killAll(left);
				return left.length === 0;
			}, 'the processes of a benchmark to end');
			await rm(root, { recursive: true, force: true, maxRetries: 5 });
		},
	};
}

/** Runs `use` with an app that is gone afterwards. */
export async function withApp<T>(use: (app: App) => Promise<T>): Promise<T> {
	const app = await createApp();
	try {
		return await use(app);
	} finally {
		await app.end();
	}
}

export interface ProcfileGuess {
	/** What the folder looks like: `Rails`. */
	readonly kind: string;
	readonly types: readonly string[];
	readonly text: string;
}

type Entries = Readonly<Record<string, string>>;
type Texts = ReadonlyMap<string, string>;

function guess(kind: string, entries: Entries): ProcfileGuess {
	const types = Object.keys(entries);
	return { kind, types, text: types.map((type) => `${type}: ${entries[type]}\n`).join('') };
}

function guessRuby(files: ReadonlySet<string>, texts: Texts): ProcfileGuess | null {
	const gems = texts.get('Gemfile') ?? '';
	if (!files.has('Gemfile')) return null;
	const worker: Entries = /['"]sidekiq['"]/.test(gems)
		? { worker: 'bundle exec sidekiq' }
		: /['"]resque['"]/.test(gems)
			? { worker: 'bundle exec rake resque:work QUEUE=*' }
			: /['"](solid_queue|good_job)['"]/.test(gems)
				? { worker: 'bundle exec bin/jobs' }
				: {};
	if (/['"]rails['"]/.test(gems))
		return guess('Rails', { web: 'bundle exec rails server -p $PORT', ...worker });
	if (files.has('config.ru')) return guess('Rack', { web: 'bundle exec rackup -p $PORT', ...worker });
	return null;
}

function scriptsOf(text: string): Readonly<Record<string, unknown>> {
	try {
		const parsed: unknown = JSON.parse(text);
		if (typeof parsed !== 'object' || parsed === null || !('scripts' in parsed)) return {};
		return typeof parsed.scripts === 'object' && parsed.scripts !== null ? { ...parsed.scripts } : {};
	} catch {
		return {};
	}
}

function guessNode(files: ReadonlySet<string>, texts: Texts): ProcfileGuess | null {
	if (!files.has('package.json')) return null;
	const scripts = scriptsOf(texts.get('package.json') ?? '');
	const entries: Record<string, string> = {};
	const web = ['start', 'dev', 'serve'].find((name) => name in scripts);
	if (web !== undefined) entries.web = web === 'start' ? 'npm start' : `npm run ${web}`;
	else if (files.has('server.js')) entries.web = 'node server.js';
	for (const name of ['worker', 'scheduler']) if (name in scripts) entries[name] = `npm run ${name}`;
	return Object.keys(entries).length === 0 ? null : guess('Node', entries);
}

function guessPython(files: ReadonlySet<string>, texts: Texts): ProcfileGuess | null {
	const packages = `${texts.get('requirements.txt') ?? ''}\n${texts.get('pyproject.toml') ?? ''}`;
	const worker: Entries = /celery/i.test(packages) ? { worker: 'celery worker' } : {};
	if (files.has('manage.py')) {
		return guess('Django', { web: 'python manage.py runserver 0.0.0.0:$PORT', ...worker });
	}
	const app = ['app.py', 'main.py', 'server.py'].find((name) => files.has(name));
	return app === undefined ? null : guess('Python', { web: `python ${app}`, ...worker });
}

function guessGo(files: ReadonlySet<string>): ProcfileGuess | null {
	return files.has('go.mod') ? guess('Go', { web: 'go run .' }) : null;
}

/**
 * What a Procfile could be for a folder with these files, or null where they tell nothing.
 * @param texts contents of the files that name scripts and libraries
 */
export function guessProcfile(files: ReadonlySet<string>, texts: Texts): ProcfileGuess | null {
	return guessRuby(files, texts) ?? guessNode(files, texts) ?? guessPython(files, texts) ?? guessGo(files);
}

const DEFAULT_MIRROR = 'http://deb.debian.org/debian';
/** A source of one of these is Debian's own and not another distribution's or a vendor's. Its mirror has the others too. */
const DEBIAN_SUITES = new Set([
	...['bullseye', 'bookworm', 'trixie', 'forky', 'duke', 'sid'],
	...['oldstable', 'stable', 'testing', 'unstable'],
]);

interface Source {
	readonly types: readonly string[];
	readonly uris: readonly string[];
	readonly suites: readonly string[];
	readonly components: readonly string[];
}

/**
 * The mirror that a machine gets Debian's own packages from.
 * @param texts the contents of /etc/apt/sources.list and of the files in sources.list.d, in either format of apt
 */
export function debianMirror(texts: readonly string[]): string {
	const sources = texts.flatMap((text) => [...oneLineSources(text), ...deb822Sources(text)]);
	const debian = sources.filter(
		(source) =>
			source.types.includes('deb') &&
			source.components.includes('main') &&
			source.suites.some((suite) => DEBIAN_SUITES.has(suite)),
	);
	const uri = debian.flatMap(({ uris }) => uris).find((candidate) => /^https?:\/\//.test(candidate));
	return uri?.replace(/\/$/, '') ?? DEFAULT_MIRROR;
}

/** `deb [signed-by=…] URI SUITE COMPONENT…` */
function oneLineSources(text: string): Source[] {
	return [...text.matchAll(/^\s*(deb)\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+([^#\n]+)/gm)].map(
		([, type = '', uri = '', suite = '', components = '']) => ({
			types: [type],
			uris: [uri],
			suites: [suite],
			components: words(components),
		}),
	);
}

/** Paragraphs of `Field: values`, as deb822(5) says; none of the fields that matter here is ever folded. */
function deb822Sources(text: string): Source[] {
	return text.split(/\n\s*\n/).flatMap((paragraph) => {
		const field = (name: string) => words(new RegExp(`^${name}:(.*)$`, 'im').exec(paragraph)?.[1] ?? '');
		const isOff = field('Enabled').some((value) => value.toLowerCase() === 'no');
		if (isOff) return [];
		return [
			{
				types: field('Types'),
				uris: field('URIs'),
				suites: field('Suites'),
				components: field('Components'),
			},
		];
	});
}

function words(text: string): string[] {
	return text.trim().split(/\s+/);
}

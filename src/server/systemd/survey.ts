import type { Link } from '../../link/link.ts';
import type { Room } from '../room.ts';

/** What is asked of a server beyond its {@link Facts}. */
export interface SurveyQuestion {
	/** Where the code is; it runs in `current` within it where there is one. */
	readonly path: string;
	/** The user that instances run as. */
	readonly runUser: string;
	/** The folder of unit files. */
	readonly units: string;
	/** Ports that instances are to have. */
	readonly ports: readonly number[];
	/** What instances of the stack have in the names of their units. */
	readonly prefix: string;
}

export interface Survey {
	/** Programs that are needed and not there. */
	readonly missing: readonly string[];
	/** The folder that instances run in; null: there is none. */
	readonly folder: string | null;
	/** Why the user that instances run as cannot enter it; null: that user can, or nobody may ask. */
	readonly entry: string | null;
	readonly hasRunUser: boolean;
	readonly room: readonly Room[];
	/** What journald's configuration says, by key. */
	readonly journal: Readonly<Record<string, string>>;
	/** Whether the journal is kept over a reboot. */
	readonly keepsJournal: boolean;
	/** What journald says of the room it takes; null: nothing. */
	readonly journalSize: string | null;
	/** Whether the user's own journal can be read. */
	readonly readsOwnJournal: boolean;
	/** Ports among those asked for that somebody else listens on, and the name of whoever it is where that can be known. */
	readonly taken: readonly { readonly port: number; readonly by: string | null }[];
}

const SURVEY_TIMEOUT_MS = 30_000;

/** Prints a line for each thing that was found. As root it looks with the eyes of the user that instances run as. */
const SURVEY_SCRIPT = `
path=$1 user=$2 units=$3 prefix=$4 ports=" $5 "
for program in base64 flock logger mkfifo timeout tail; do
command -v "$program" >/dev/null || echo "missing $program"
done
id -u -- "$user" >/dev/null 2>&1 && echo "user yes"
folder=
for candidate in "$path/current" "$path"; do
if [ -z "$folder" ] && [ -d "$candidate" ]; then folder=$candidate; echo "folder $candidate"; fi
done
if [ -n "$folder" ]; then
if [ "$(id -un)" = "$user" ]; then (cd -- "$folder") 2>&1 | sed 's/^/entry /'
elif [ "$(id -u)" = 0 ]; then runuser -u "$user" -- /bin/sh -c 'cd -- "$1"' sh "$folder" 2>&1 | sed 's/^/entry /'
fi
fi
[ -d /var/log/journal ] && { journal=/var/log/journal; echo "keeps yes"; } || journal=/run/log
systemd-analyze cat-config systemd/journald.conf 2>/dev/null | grep -E '^(Storage|SystemMaxUse|RuntimeMaxUse)=' | sed 's/^/journal /'
journalctl --disk-usage 2>/dev/null | sed -n '1s/^/size /p'
[ -n "$(journalctl --quiet --lines=1 --output=cat 2>/dev/null)" ] && echo "own yes"
while [ ! -d "$units" ]; do units=\${units%/*}; done
for place in "$units/" "$journal" /run; do
df -Pk "$place" 2>/dev/null | sed -n '2s/^/space /p'
df -Pi "$place" 2>/dev/null | sed -n '2s/^/inodes /p'
done
command -v ss >/dev/null && ss -Hltnp 2>/dev/null | while read -r _ _ _ address _ users; do
port=\${address##*:}
case $ports in *" $port "*) ;; *) continue ;; esac
pid=\${users#*pid=} pid=\${pid%%,*}
grep -qF "/$prefix." "/proc/$pid/cgroup" 2>/dev/null && continue
program=\${users#*\\"} program=\${program%%\\"*}
echo "taken $port $program"
done
echo end
`;

/**
 * @param elevation what commands begin with that need more than the user may
 * @throws ProcdeckError `unreachable`; Error when it was cut short
 */
export async function survey(
	link: Link,
	elevation: readonly string[],
	{ path, runUser, units, prefix, ports }: SurveyQuestion,
): Promise<Survey> {
	const args = [path, runUser, units, prefix, ports.join(' ')];
	const [file = '', ...rest] = [...elevation, '/bin/sh', '-c', SURVEY_SCRIPT, 'sh', ...args];
	const { stdout, stderr } = await link.run([file, ...rest], { timeoutMs: SURVEY_TIMEOUT_MS });
	if (!stdout.endsWith('end\n')) throw new Error(stderr.trim() || 'the answer was cut short');
	return parseSurvey(stdout);
}

export function parseSurvey(printed: string): Survey {
	const lines = printed.split('\n').map((line) => {
		const space = line.indexOf(' ');
		return space < 0 ? ([line, ''] as const) : ([line.slice(0, space), line.slice(space + 1)] as const);
	});
	const all = (kind: string) => lines.flatMap(([said, rest]) => (said === kind ? [rest] : []));
	const first = (kind: string) => all(kind)[0] ?? null;
	return {
		missing: all('missing'),
		folder: first('folder'),
		entry: first('entry'),
		hasRunUser: first('user') !== null,
		room: roomOf(all('space'), all('inodes')),
		journal: Object.fromEntries(all('journal').map(setting)),
		keepsJournal: first('keeps') !== null,
		journalSize: first('size'),
		readsOwnJournal: first('own') !== null,
		taken: takenPorts(all('taken')),
	};
}

function setting(line: string): [string, string] {
	const [key = '', ...value] = line.split('=');
	return [key, value.join('=')];
}

/** Lines of `df -P`: a file system, its size, what is used and free of it, how full it is, where it is mounted. */
function roomOf(space: readonly string[], inodes: readonly string[]): Room[] {
	const rooms = new Map<string, Room>();
	for (const line of space) {
		const [, total, , free, , place] = columns(line);
		const freePart = part(free, total) ?? 1;
		rooms.set(place, { place, freeBytes: Number(free) * 1024, freePart, freeInodes: null });
	}
	for (const line of inodes) {
		const [, total, , free, , place] = columns(line);
		const room = rooms.get(place);
		if (room !== undefined) rooms.set(place, { ...room, freeInodes: part(free, total) });
	}
	return [...rooms.values()];
}

function columns(line: string): [string, string, string, string, string, string] {
	const [, ...found] = /^(.*?)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\/.*)$/.exec(line) ?? [];
	const [name = '', total = '', used = '', free = '', full = '', mount = ''] = found;
	return [name, total, used, free, full, mount];
}

function part(free: string, total: string): number | null {
	return Number(total) > 0 ? Number(free) / Number(total) : null;
}

function takenPorts(lines: readonly string[]): Survey['taken'] {
	const byPort = new Map(
		lines.map((line) => {
			const [port = '', ...program] = line.split(' ');
			return [Number(port), program.join(' ') || null] as const;
		}),
	);
	return [...byPort].map(([port, by]) => ({ port, by }));
}

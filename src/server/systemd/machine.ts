import { runTelling } from '../../link/lines.ts';
import { installPackages, installWords, PACKAGE_MANAGERS, type PackageManager } from '../../link/packages.ts';
import { ProcdeckError } from '../../model/errors.ts';
import type { ServerDefinition, Stack } from '../../model/stack.ts';
import type { MachineLook, ServerMachine } from '../machine.ts';
import type { Session } from './session.ts';

export interface MachineContext {
	readonly stack: () => Stack;
	readonly definition: ServerDefinition;
	/** @throws ProcdeckError `unreachable`, `refused` */
	readonly session: () => Promise<Session>;
}

const LOOK_TIMEOUT_MS = 30_000;
const USER_QUIET_FOR_MS = 60_000;

/**
 * Run with the place of the code, the user that instances run as, and packages, perhaps with a version. What another package
 * provides is there. An empty folder is no code, and neither is one that a release was begun in.
 */
const LOOK_SCRIPT = `
path=$1 user=$2
shift 2
PATH=$PATH:/usr/sbin:/sbin
id -u -- "$user" >/dev/null 2>&1 && echo "user yes"
if [ -d "$path/current" ]; then echo "code yes"
elif [ ! -e "$path/.procdeck" ] && [ -n "$(ls -A -- "$path" 2>/dev/null)" ]; then echo "code yes"
fi
manager=
for each in ${PACKAGE_MANAGERS.join(' ')}; do
if command -v "$each" >/dev/null; then manager=$each; echo "manager $each"; break; fi
done
has() {
case $manager in
apt-get)
case $(dpkg-query -W -f '\${db:Status-Abbrev}' -- "$1" 2>/dev/null) in ii*) return 0 ;; esac
dpkg-query -W -f '\${db:Status-Abbrev},\${Provides}\\n' 2>/dev/null | grep '^ii' | tr , '\\n' |
sed 's/^ *//; s/ .*//' | grep -qxF -- "$1" ;;
pacman) pacman -T -- "$1" >/dev/null ;;
*) rpm -q --whatprovides -- "$1" >/dev/null 2>&1 ;;
esac
}
for package; do has "\${package%%=*}" || echo "missing $package"; done
echo end
`;

/** The machine behind a server whose systemd runs the instances. */
export function systemdMachine(context: MachineContext): ServerMachine {
	return {
		look: () => look(context),
		async install(packages, onLine) {
			const session = await context.session();
			const { manager } = await ask(context, session, packages);
			if (manager === null) throw noManager(packages);
			const elevated = (...command: readonly string[]) => session.elevated(...command);
			const installation = { manager, packages, elevated, unwanted: null, onLine };
			const failure = await installPackages(session.link, installation);
			if (failure !== null) throw refused(`cannot install ${packages.join(', ')}`, failure);
		},
		async addUser(name, onLine) {
			const session = await context.session();
			const script = 'PATH=$PATH:/usr/sbin:/sbin; exec useradd --system --create-home -- "$1" 2>&1';
			const said: string[] = [];
			const listener = (line: string) => {
				said.push(line);
				onLine(line);
			};
			const command = session.elevated('/bin/sh', '-c', script, 'sh', name);
			const options = { onLine: listener, quietForMs: USER_QUIET_FOR_MS };
			const failure = await runTelling(session.link, command, options);
			if (failure !== null) throw refused(`cannot make the user ${name}`, said.at(-1) ?? failure);
		},
	};
}

function refused(what: string, words: string): ProcdeckError {
	return new ProcdeckError('refused', `${what}: ${words}`);
}

function noManager(packages: readonly string[]): ProcdeckError {
	return new ProcdeckError(
		'refused',
		`${packages.join(', ')} must be installed there, and no package manager is known`,
		'install them there, and do it again',
	);
}

async function look(context: MachineContext): Promise<MachineLook> {
	const session = await context.session();
	const { packages } = context.stack();
	const { said, manager } = await ask(context, session, packages);
	const missing = said('missing');
	return {
		missingPackages: missing,
		installation: manager === null || missing.length === 0 ? null : installWords(manager, missing).join(' '),
		missingUser: said('user').length > 0 ? null : runUser(context, session),
		hasCode: said('code').length > 0,
	};
}

function runUser({ stack, definition }: MachineContext, { facts }: Session): string {
	return definition.scope === 'user' ? facts.user : (stack().user ?? facts.user);
}

interface Answer {
	/** What was said after a word, line by line. */
	readonly said: (word: string) => string[];
	readonly manager: PackageManager | null;
}

async function ask(context: MachineContext, session: Session, packages: readonly string[]): Promise<Answer> {
	const args = [context.stack().path, runUser(context, session), ...packages];
	const command = session.elevated('/bin/sh', '-c', LOOK_SCRIPT, 'sh', ...args);
	const { stdout, stderr } = await session.link.run(command, { timeoutMs: LOOK_TIMEOUT_MS });
	const lines = stdout.split('\n');
	if (!lines.includes('end'))
		throw refused('the machine cannot be looked at', stderr.trim() || 'its answer was cut short');
	const said = (word: string) =>
		lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
	const [name] = said('manager');
	return { said, manager: PACKAGE_MANAGERS.find((each) => each === name) ?? null };
}

import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { parseStat } from '../../../src/linux/proc.ts';
import { waitFor } from '../../support/wait-for.ts';
import { changeHostKey, furnish, hostKeyFile, restoreHostKey } from './furnish.ts';
import { inside, mustInside, pathInside, type Result, startInside } from './inside.ts';
import { cutOff, joinAgain, knowNeighbour, plugIn, type Shape, unplug } from './network.ts';
import { bootCommand, HOSTS, mountScript, rootOf, unmountScript } from './nspawn.ts';
import { addressOf, type FleetRecord } from './records.ts';
import { laySlowLine, removeSlowLine } from './slow-line.ts';
import { sshConfigFile } from './ssh-files.ts';
import { linkOf } from './subnet.ts';

/** One Debian server of a fleet. Any process of this machine may have one in its hands; none owns it. */
export class Host {
	readonly name: string;
	readonly address: string;
	/** Its root folder, as a path of this machine: for reading and writing its files, whether or not it runs. */
	readonly root: string;
	readonly #fleet: FleetRecord;

	constructor(fleet: FleetRecord, name: string) {
		this.#fleet = fleet;
		this.name = name;
		this.address = addressOf(fleet, name);
		this.root = pathInside(fleet.keeper, rootOf(name));
	}

	/** Makes its files and boots it for the first time. */
	async create(): Promise<void> {
		await this.#script(mountScript(this.name, this.#fleet.base));
		await furnish(this, this.#fleet);
		const [file = '', ...args] = knowNeighbour(this, linkOf(String(this.#fleet.subnet)));
		await execa(file, args);
		await this.boot();
	}

	/** Boots it on the files it has, and waits until systemd has started everything. Does nothing where it runs. */
	async boot(): Promise<void> {
		if (this.isOn()) return;
		// Where it was shut down from within, its cable is still there.
		await this.#unplug();
		await this.#script(plugIn(this));
		const log = join(this.#fleet.folder, `${this.name}.log`);
		startInside(this.#fleet.keeper, bootCommand(this.#fleet.id, this.name), log);
		try {
			await waitFor(() => this.#hasBooted(), `${this.name} to boot`);
		} catch (cause) {
			throw new Error(`${this.name} did not boot:\n${(await readFile(log, 'utf8')).slice(-2000)}`, { cause });
		}
	}

	/** Shuts it down in good order. */
	async powerOff(): Promise<void> {
		const pid = this.#nspawn();
		if (pid === null) return;
		await inside(this.#fleet.keeper, ['kill', '-TERM', String(pid)]);
		await this.#off();
	}

	/** Ends it from one moment to the next: nothing is written any more, and no connection is closed. */
	async powerCut(): Promise<void> {
		const pid = this.#firstProcess();
		if (pid === null) return;
		await this.cut();
		await inside(this.#fleet.keeper, ['kill', '-KILL', String(pid)]);
		await this.#off();
	}

	/** Shuts it down in good order and boots it on the same files; its network is as at first. */
	async reboot(): Promise<void> {
		await this.powerOff();
		await this.boot();
	}

	/** Ends it and throws its files away; `create` makes it anew. */
	async remove(): Promise<void> {
		await this.powerCut();
		await this.#script(unmountScript(this.name));
	}

	isOn(): boolean {
		return this.#nspawn() !== null;
	}

	/** Takes its network away: from then on nothing answers, and nothing is refused. */
	cut(): Promise<string> {
		return this.#script(cutOff(this));
	}

	/** Gives its network back. */
	heal(): Promise<string> {
		return this.#script(joinAgain(this));
	}

	/** Makes its network slow until `unshape` or its next boot. */
	shape(shape: Shape): Promise<void> {
		return laySlowLine(this.#fleet, this, shape);
	}

	/** Makes its network fast again. */
	unshape(): Promise<void> {
		return removeSlowLine(this.#fleet, this);
	}

	/**
	 * Runs a shell script on it as root, without the network and without sshd: in no session, and in none of its cgroups.
	 * @returns what it printed, without the last newline
	 * @throws Error with what it said where it fails
	 */
	run(script: string, input = ''): Promise<string> {
		return mustInside(this.#fleet.keeper, this.#entering(['sh', '-euc', script]), input);
	}

	/** Logs in by OpenSSH and runs a command as that user does. A failure is a result. */
	async ssh(user: string, command: string, input = ''): Promise<Result> {
		const target = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=20', '-l', user, this.name, command];
		const options = { input, reject: false } as const;
		const ssh = await execa('ssh', ['-F', sshConfigFile(this.#fleet.folder), ...target], options);
		return { exitCode: ssh.exitCode, stdout: ssh.stdout, stderr: ssh.stderr };
	}

	/** Its public host key now: `ssh-ed25519 AAAA…`. */
	async hostKey(): Promise<string> {
		return (await readFile(`${hostKeyFile(this.root)}.pub`, 'utf8')).trim();
	}

	/** Gives it another host key, as a server has that was set up anew or is another's; known_hosts keeps the old one. */
	async changeHostKey(): Promise<void> {
		await changeHostKey(this.root);
		await this.run('systemctl restart ssh');
	}

	/** Takes its first host key back. */
	async restoreHostKey(): Promise<void> {
		if (await restoreHostKey(this.root)) await this.run('systemctl restart ssh');
	}

	/** Sets options of its sshd, such as `{ MaxSessions: '2' }`, instead of those that were set before. */
	async sshd(options: Readonly<Record<string, string>>): Promise<void> {
		const text = Object.entries(options).map(([name, value]) => `${name} ${value}\n`);
		const file = '/etc/ssh/sshd_config.d/00-set-by-test.conf';
		await this.run(`cat >${file} && sshd -t && systemctl restart ssh`, text.join(''));
	}

	async #hasBooted(): Promise<boolean> {
		const state = await this.run('systemctl is-system-running --wait || true');
		return state === 'running' || state === 'degraded';
	}

	async #off(): Promise<void> {
		await waitFor(() => !this.isOn(), `${this.name} to go off`);
		await this.#unplug();
	}

	async #unplug(): Promise<void> {
		await this.unshape();
		await inside(this.#fleet.keeper, ['sh', '-c', unplug(this)]);
	}

	#script(script: string): Promise<string> {
		return mustInside(this.#fleet.keeper, ['sh', '-euc', script]);
	}

	#entering(command: readonly string[]): string[] {
		const pid = this.#firstProcess();
		if (pid === null) throw new Error(`${this.name} is off`);
		return ['nsenter', `--target=${pid}`, '--all', '--', ...command];
	}

	/** The pid of systemd-nspawn in the fleet's pid namespace; null where it does not run. */
	#nspawn(): number | null {
		const pid = this.#read(join(HOSTS, this.name, 'pid'));
		return pid !== null && this.#read(`/proc/${pid.trim()}/stat`) !== null ? Number(pid) : null;
	}

	/** The pid of the host's own pid 1 in the fleet's pid namespace. */
	#firstProcess(): number | null {
		const parent = this.#nspawn();
		if (parent === null) return null;
		const pids = readdirSync(pathInside(this.#fleet.keeper, '/proc')).filter((name) => /^\d+$/.test(name));
		const isChild = (pid: string) => {
			const stat = this.#read(`/proc/${pid}/stat`);
			return stat !== null && parseStat(stat).parent === parent;
		};
		return Number(pids.find(isChild) ?? 0) || null;
	}

	#read(path: string): string | null {
		try {
			return readFileSync(pathInside(this.#fleet.keeper, path), 'latin1');
		} catch {
			return null;
		}
	}
}

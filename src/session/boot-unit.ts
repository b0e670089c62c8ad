import { basename } from 'node:path';
import { ProcdeckError } from '../model/errors.ts';
import type { Stack } from '../model/stack.ts';
import { statePaths } from '../server/embedded/paths.ts';

/** The name of the systemd user unit that starts a local server's supervisor with the machine. */
export function bootUnitName(stack: Stack, server: string): string {
	return `procdeck-${basename(statePaths(stack, server).directory)}.service`;
}

export interface BootUnit {
	readonly stack: Stack;
	readonly server: string;
	/** The program and first arguments that run Procdeck, with absolute paths. */
	readonly program: readonly string[];
	/** `--procfile` as given, or null. */
	readonly procfile: string | null;
	/** `XDG_STATE_HOME` where it is set: the supervisor has to find the state of today's. */
	readonly stateHome: string | null;
}

/**
 * The unit's text. Instances outlive the supervisor: only its own process is ended with the unit.
 * @throws ProcdeckError `refused` where a path cannot be written into a unit.
 */
export function bootUnitText({ stack, server, program, procfile, stateHome }: BootUnit): string {
	const { name, environment, directory } = stack;
	const files = ['-C', directory, '-e', environment, ...(procfile === null ? [] : ['--procfile', procfile])];
	const command = [...program, ...files, 'supervisor', '--boot', server];
	return [
		'[Unit]',
		`Description=Procdeck: ${name} (${environment}) on ${server}`,
		'',
		'[Service]',
		'Type=exec',
		...(stateHome === null ? [] : [`Environment=${quote(`XDG_STATE_HOME=${stateHome}`, ['%'])}`]),
		`ExecStart=${command.map((argument) => quote(argument, ['%', '$'])).join(' ')}`,
		'KillMode=process',
		// At a shutdown it stops the instances first; the user's systemd itself has 120 s.
		'TimeoutStopSec=110',
		// An instance that the kernel ends for its memory is for the supervisor to start again.
		'OOMPolicy=continue',
		'Restart=on-failure',
		'',
		'[Install]',
		'WantedBy=default.target',
		'',
	].join('\n');
}

/** A word of a unit file; the characters of `doubled` mean something in that place unless they come twice. */
function quote(text: string, doubled: readonly string[]): string {
	if (/[\x00-\x1f\x7f]/.test(text)) {
		throw new ProcdeckError('refused', `${JSON.stringify(text)} has a character that systemd does not take`);
	}
	const escaped = text.replace(/[\\"]/g, '\\$&');
	return `"${doubled.reduce((word, character) => word.replaceAll(character, () => character + character), escaped)}"`;
}

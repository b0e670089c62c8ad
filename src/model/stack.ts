import type { BalancerSettings } from './balancer.ts';
import type { FileMessage } from './errors.ts';
import type { ReleaseSettings } from './release.ts';

/** A signal by its name without `SIG`, as in `stop: [TERM, 10, KILL]`. */
export type SignalName =
	| 'HUP'
	| 'INT'
	| 'QUIT'
	| 'KILL'
	| 'USR1'
	| 'USR2'
	| 'TERM'
	| 'CONT'
	| 'TSTP'
	| 'WINCH';

/** One step of a stop sequence: the signal, and the longest wait in milliseconds before the next step. */
export interface StopStep {
	readonly signal: SignalName;
	/** 0 for the last step. */
	readonly waitMs: number;
}

/** When an exit that nobody asked for is followed by a new start. */
export type RestartPolicy = 'always' | 'on-failure' | 'never';

/** How an instance shows that it is ready. */
export type ReadyCheck = { readonly timeoutMs: number } & (
	| { readonly kind: 'http'; readonly path: string }
	/** `port: null` is the instance's own PORT. */
	| { readonly kind: 'tcp'; readonly port: number | null }
	| { readonly kind: 'log'; readonly pattern: string }
);

/** Bytes of log kept per instance where the stack file says nothing else. */
export const DEFAULT_LOG_MAX = 64 * 1024 ** 2;

/** `processes.TYPE` of the stack file with its defaults filled in. */
export interface ProcessSettings {
	readonly stop: readonly StopStep[];
	readonly restart: RestartPolicy;
	readonly ready: ReadyCheck | null;
	/** Bytes of the whole tree; null: no limit. */
	readonly memoryMax: number | null;
	/** Bytes of log kept per instance. */
	readonly logMax: number;
	/** How many instances a rolling restart replaces at a time. */
	readonly rolling: number;
	readonly maxInstances: number;
	/** Initial counts by server name, used once when the type is first set up there. */
	readonly scale: Readonly<Record<string, number>>;
}

export interface ProcessType {
	readonly name: string;
	/** The Procfile's text. */
	readonly command: string;
	/** Line in the Procfile, from 1. */
	readonly line: number;
	readonly settings: ProcessSettings;
}

export interface ServerDefinition {
	readonly name: string;
	readonly kind: 'local' | 'ssh';
	readonly host: string | null;
	readonly user: string | null;
	readonly port: number | null;
	readonly supervisor: 'embedded' | 'systemd';
	readonly scope: 'system' | 'user';
	readonly address: string | null;
	/** `port_base`, or null: the env files' PORT or the default. */
	readonly portBase: number | null;
	/** 0 for the first local server, 1 for the next …: each further one is 1000 higher when no `port_base` says otherwise. */
	readonly localIndex: number;
	readonly serving: boolean | null;
}

/** `load_balancer` of the stack file. */
export interface LoadBalancerDefinition {
	/** The server that it runs on. */
	readonly server: string;
	readonly settings: BalancerSettings;
}

/** One app in one environment on a set of servers, as its files describe it. */
export interface Stack {
	/** Only `[A-Za-z0-9_-]`. */
	readonly name: string;
	readonly environment: string;
	/** Whether nothing says which environment it is: no `-e`, and no file. */
	readonly environmentIsDefault: boolean;
	/** The app's folder, its real path. */
	readonly directory: string;
	/** The Procfile's path as found, or null where there is none. */
	readonly procfile: string | null;
	/** The stack file's path, or null. */
	readonly stackFile: string | null;
	/** All files whose change changes the stack: those that exist and those that would be read if they did. */
	readonly watchedFiles: readonly string[];
	/** In Procfile order, without `release`. */
	readonly processTypes: readonly ProcessType[];
	/** The `release:` entry, which runs once when a release is made. */
	readonly release: { readonly command: string; readonly line: number } | null;
	/** What a release consists of and how it is prepared. */
	readonly releases: ReleaseSettings;
	readonly servers: readonly ServerDefinition[];
	/** What spreads web traffic over the servers; null: nothing does. */
	readonly loadBalancer: LoadBalancerDefinition | null;
	/** The code's folder on servers over SSH; instances run in `current` within it where there is one. */
	readonly path: string;
	/** System packages that a server over SSH needs. */
	readonly packages: readonly string[];
	/** A command that makes a machine: the last line that it prints names the host; null: there is none. */
	readonly provision: string | null;
	/** The user that instances run as on servers over SSH; null: the one that the server is reached as. */
	readonly user: string | null;
	/** `shell:` of the stack file; `/bin/sh` by default. */
	readonly shell: string;
	/** Env files, then `env:`, later wins. */
	readonly environmentVariables: Readonly<Record<string, string>>;
	readonly warnings: readonly FileMessage[];
	/** Errors of the files. A stack that has some is for what must go on working despite them. */
	readonly problems: readonly FileMessage[];
}

/** The type that the load balancer sends traffic to. */
export const WEB_TYPE = 'web';

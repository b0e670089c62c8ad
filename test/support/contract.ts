// The JSON that Procdeck promises to scripts, written down apart from the code that makes it.

export interface InstanceJson {
	readonly name: string;
	readonly state: 'starting' | 'running' | 'stopping' | 'stopped' | 'backoff' | 'failed';
	readonly ready: boolean | null;
	readonly stale: boolean;
	readonly release: string | null;
	readonly pid: number | null;
	readonly port: number | null;
	readonly startedAt: string | null;
	readonly restarts: number;
	readonly cpuPercent: number | null;
	readonly memoryBytes: number | null;
	readonly lastExit: { code: number | null; signal: string | null; at: string; reason?: string } | null;
	readonly nextStartAt: string | null;
}

export interface ProcessJson {
	readonly type: string;
	readonly command: string;
	readonly wanted: number;
	readonly running: number;
	readonly paused: number | null;
	readonly orphan: boolean;
	readonly instances: readonly InstanceJson[];
}

export interface ServerJson {
	readonly name: string;
	readonly kind: 'local' | 'ssh';
	readonly supervisor: 'embedded' | 'systemd';
	readonly connection: 'connected' | 'connecting' | 'unreachable';
	readonly asOf: string;
	readonly serving: boolean | null;
	readonly drift: readonly string[];
	readonly supervisorPid: number | null;
	readonly release: string | null;
	readonly processes: readonly ProcessJson[];
}

export interface PsJson {
	readonly stack: string;
	readonly environment: string;
	readonly servers: readonly ServerJson[];
	readonly loadBalancer: null;
}

export interface ChangesJson {
	readonly changes: readonly {
		readonly server: string;
		readonly type: string | null;
		readonly instance?: string;
		readonly from: number | string | null;
		readonly to: number | string | null;
		readonly outcome: 'done' | 'unchanged' | 'failed' | 'unreachable' | 'unknown';
		readonly reason: string | null;
		readonly code?: string;
	}[];
}

export interface EnvironmentJson {
	readonly environment: readonly {
		readonly name: string;
		/** null without `--show`. */
		readonly value: string | null;
		readonly source: string;
		readonly line: number | null;
	}[];
}

/** What `undo` says beside its changes. */
export interface UndoJson extends ChangesJson {
	/** The entries of the history that it takes back. */
	readonly takesBack: readonly { readonly changeId: string; readonly verb: string; readonly at: string }[];
	/** Those that can never be taken back any more. */
	readonly passedOver: readonly { readonly changeId: string; readonly reason: string }[];
}

export interface ErrorJson {
	readonly error: { readonly code: string; readonly message: string; readonly hint: string | null };
}

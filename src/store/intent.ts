import type { Selector } from '../model/change.ts';
import type { Answer } from './question-desk.ts';

/** Whose output a log view shows. */
export interface LogSource {
	readonly server: string;
	/** Empty: every instance of the server. */
	readonly selectors: readonly Selector[];
}

/** Where a count should go, as the user says it. */
export type CountTarget =
	| { readonly type: string; readonly to: number }
	| { readonly type: string; readonly by: number };

/** What the user wants to happen: the only way from the view to the session. Empty `selectors` or `types` mean all. */
export type Intent =
	| { readonly kind: 'scale'; readonly server: string; readonly type: string; readonly by: number }
	| { readonly kind: 'set-count'; readonly server: string; readonly type: string; readonly to: number }
	/** Sets counts on several servers at once. */
	| {
			readonly kind: 'scale-many';
			readonly servers: readonly string[];
			readonly targets: readonly CountTarget[];
	  }
	| {
			readonly kind: 'restart';
			readonly servers: readonly string[];
			readonly selectors: readonly Selector[];
			readonly staleOnly: boolean;
			readonly atOnce: boolean;
	  }
	| {
			readonly kind: 'start' | 'stop';
			readonly servers: readonly string[];
			readonly selectors: readonly Selector[];
	  }
	| {
			readonly kind: 'pause' | 'resume';
			readonly servers: readonly string[];
			readonly types: readonly string[];
	  }
	| {
			readonly kind: 'move';
			readonly type: string;
			readonly from: string;
			readonly to: string;
			/** null: all of them. */
			readonly count: number | null;
	  }
	/** Switches web traffic. */
	| {
			readonly kind: 'serve';
			readonly server: string;
			readonly on: boolean;
			/** Off also where no other server answers then. */
			readonly force: boolean;
	  }
	/** Stops everything, and keeps it from starting at boot. */
	| { readonly kind: 'down'; readonly servers: readonly string[] }
	| { readonly kind: 'undo' }
	/** Makes web traffic as it should be; on some servers also its backends and the instances beyond the wanted ones. */
	| { readonly kind: 'mend-balancer'; readonly servers: readonly string[] }
	/** Looks at a server before it is added, and at what adding it writes; forgets one that was looked at before. */
	| {
			readonly kind: 'check-server';
			readonly name: string;
			/** `[USER@]HOST[:PORT]` as it was typed. */
			readonly place: string;
	  }
	/** Adds the server that was looked at. */
	| { readonly kind: 'add-server' }
	/** Goes on with the server, of which a step failed. */
	| { readonly kind: 'retry-server' }
	/** Looks up where a new server is, while that is typed. */
	| { readonly kind: 'look-up-place'; readonly place: string }
	/** Forgets the server that was looked at. */
	| { readonly kind: 'leave-server' }
	/** Runs a verb of the command line beside the console, which shows what it writes. */
	| {
			readonly kind: 'run-verb';
			readonly words: readonly string[];
			/** Whether it can change something. */
			readonly changes: boolean;
	  }
	/** Gives the terminal to a verb until that has ended. */
	| { readonly kind: 'hand-over'; readonly words: readonly string[] }
	/** Asks the verb that runs beside the console to end. */
	| { readonly kind: 'interrupt-verb' }
	| { readonly kind: 'watch-logs'; readonly sources: readonly LogSource[] }
	/** Has the load of these servers sampled all the time. */
	| { readonly kind: 'watch-load'; readonly servers: readonly string[] }
	| { readonly kind: 'save-log'; readonly path: string; readonly lines: readonly string[] }
	/** Answers what a connection has asked. */
	| { readonly kind: 'answer'; readonly id: string; readonly answer: Answer }
	| { readonly kind: 'quit' };

const CHANGING: ReadonlySet<Intent['kind']> = new Set([
	'scale',
	'set-count',
	'scale-many',
	'restart',
	'start',
	'stop',
	'pause',
	'resume',
	'move',
	'serve',
	'down',
	'undo',
	'mend-balancer',
	'check-server',
	'add-server',
	'retry-server',
	'hand-over',
]);

/** Whether the intent changes what runs, which `--read-only` forbids. */
export function changesSomething(intent: Intent): boolean {
	return intent.kind === 'run-verb' ? intent.changes : CHANGING.has(intent.kind);
}

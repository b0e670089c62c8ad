import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { type App, createApp } from './app.ts';
import { openTerminal } from './terminal.ts';
import type { Tool, Workload } from './tools.ts';

/** A tool that has been started. */
export interface RunningTool {
	readonly app: App;
	readonly pid: number;
	/** When it was started, by `performance.now()`. */
	readonly startedAt: number;
	/** Ends it and everything that it started, whatever that takes. */
	end(): Promise<void>;
}

/** Starts a tool with its output in a file, or in a terminal if it needs one. `commandOf` makes the command for the app. */
export async function startTool(
	tool: Tool,
	count: number,
	commandOf: (app: App) => string,
): Promise<RunningTool> {
	const app = await createApp();
	const workload: Workload = { command: commandOf(app), count };
	const [file, ...args] = await tool.prepare(app, workload);
	const { env, directory: cwd } = app;
	if (tool.needsTerminal) {
		const { pid, startedAt } = openTerminal([file, ...args], { cwd, env });
		return { app, pid, startedAt, end: app.end };
	}
	const output = openSync(join(cwd, 'output'), 'w');
	const startedAt = performance.now();
	const child = spawn(file, args, { cwd, env, stdio: ['ignore', output, output], detached: true });
	closeSync(output);
	return { app, pid: child.pid!, startedAt, end: app.end };
}

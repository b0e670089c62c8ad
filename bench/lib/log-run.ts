import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspectLines, type LoggedLines, lastLinesAt } from './logged-lines.ts';
import { memoryMb } from './processes.ts';
import { type RunningTool, startTool } from './running.ts';
import { PROGRAMS, type Tool } from './tools.ts';

const DEADLINE_MS = 300_000;
/** A tool that loses lines does not get further than this after its writers ended. */
const SILENT_MS = 60_000;

/** A tool that prints nothing has taken in what there was by then. */
const SETTLE_MS = 1_000;

export interface LogRun {
	/** Lines a second of the app, all writers together. */
	readonly appRate: number;
	/** Lines a second from the first line written to the last one in the output; null where they never got there. */
	readonly outRate: number | null;
	/** What the largest of the tool's own processes had in memory at most, in MB. */
	readonly peakMb: number;
	readonly lines: LoggedLines | null;
}

/** Runs writers under a tool, `count` lines each, and looks at what comes out of it. */
export async function runLogs(tool: Tool, writers: number, count: number): Promise<LogRun> {
	const running = await startTool(tool, writers, ({ announcements }) =>
		[process.execPath, join(PROGRAMS, 'writes-lines.js'), announcements.path, String(count)].join(' '),
	);
	try {
		const said = await running.app.announcements.reach(2 * writers, DEADLINE_MS);
		const starts = said.filter(({ text }) => text.startsWith('start'));
		const pids = starts.map(({ text }) => Number(text.split(' ')[1]));
		const appMs = Math.max(
			...said.filter(({ text }) => text.startsWith('end')).map(({ text }) => Number(text.split(' ')[2])),
		);
		const appRate = (writers * count * 1000) / appMs;
		if (tool.printsLines === false) {
			await sleep(SETTLE_MS);
			return { appRate, outRate: null, peakMb: peakOf(running, pids), lines: null };
		}
		const output = join(running.app.directory, 'output');
		const endedAt = await lastLinesAt(output, pids, SILENT_MS);
		return {
			appRate,
			outRate: endedAt === null ? null : (writers * count * 1000) / (endedAt - starts[0]!.at),
			peakMb: peakOf(running, pids),
			lines: await inspectLines(output, pids, count),
		};
	} finally {
		await running.end();
	}
}

function peakOf({ app }: RunningTool, writers: readonly number[]): number {
	const own = app.processes().filter((pid) => !writers.includes(pid));
	return Math.max(...own.map((pid) => memoryMb(pid).peak));
}

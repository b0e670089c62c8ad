import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { ageOf, readStat } from '../../../src/linux/proc.ts';
import { readIndex } from '../../../src/server/embedded/logs/index.ts';
import { Logs } from './logs/writer.ts';

const ROOT = join(import.meta.dirname, '../../..');
const HOUR = 3_600_000;
const MINUTE = 60_000;

it('the times of a log are noted also after the clock was set back', async () => {
	const logs = await Logs.open();
	const noon = 12 * HOUR;
	logs.write('worker.1', 'one\n');
	logs.look(noon);
	logs.write('worker.1', 'two\n');
	logs.look(noon - HOUR);
	expect(readIndex(logs.file('worker.1')).entries.at(-1)).toEqual({ at: noon - HOUR, size: 8 });
});

it('the age of a process is known', () => {
	const stat = readStat(process.pid);
	if (stat === null) throw new Error('this process has no stat');
	const uptime = process.uptime() * 1000;
	expect(ageOf(stat)).toBeGreaterThan(uptime - 1_000);
	expect(ageOf(stat)).toBeLessThan(uptime + MINUTE);
});

it('the age of a process is right on a machine that has slept for hours', async ({ skip }) => {
	// Where sleep counts in the time since boot, and not in the monotonic clock, as after a real sleep.
	const asleep = [
		'unshare',
		'--user',
		'--map-root-user',
		'--time',
		'--boottime=36000',
		'--fork',
		'--',
	] as const;
	const module = JSON.stringify(pathToFileURL(join(ROOT, 'src/linux/proc.ts')).href);
	const script = `const { ageOf, readStat } = await import(${module}); console.log(ageOf(readStat(process.pid)));`;
	const node = [process.execPath, '--input-type=module', '-e'];
	const [file, ...args] = [...asleep, ...node, script];
	const { exitCode, stdout, stderr } = await execa(file, args, { reject: false });
	if (stderr.includes('unshare')) skip(`no time namespaces here: ${stderr}`);
	expect(exitCode, stderr).toBe(0);
	expect(Number(stdout)).toBeLessThan(MINUTE);
});

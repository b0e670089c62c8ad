import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '../../support/wait-for.ts';
import { inside, mustInside, pathInside, startInside } from './inside.ts';
import { layLine, lineEnds, type Place, type Shape, takeLineAway } from './network.ts';
import { HOSTS } from './nspawn.ts';
import type { FleetRecord } from './records.ts';

const PROGRAM = join(import.meta.dirname, 'slow-line.py');

/** The image has the Python for it; what it needs of this machine it gets open. */
const CARRY = 'exec chroot "$0" python3 - "$@" 3<>/dev/net/tun 4<>/dev/net/tun <"$PROGRAM" >"$PID_FILE"';

function pidFile({ name }: Place): string {
	return join(HOSTS, name, 'line');
}

/** Puts a slow line between a host and its fleet, instead of one that is there. */
export async function laySlowLine(fleet: FleetRecord, host: Place, shape: Shape): Promise<void> {
	const { roundTripMs = 0, rateKbit = 0 } = shape;
	await removeSlowLine(fleet, host);
	await mustInside(fleet.keeper, ['sh', '-euc', layLine(host)]);
	const carry = ['sh', '-euc', CARRY, fleet.base];
	const settings = [roundTripMs / 2000, rateKbit * 1000].map(String);
	const variables = ['env', `PROGRAM=${PROGRAM}`, `PID_FILE=${pidFile(host)}`];
	const log = join(fleet.folder, `${host.name}.log`);
	startInside(fleet.keeper, [...variables, ...carry, ...settings, ...lineEnds(host)], log);
	await waitFor(() => readFileSync(pathInside(fleet.keeper, pidFile(host)), 'utf8'), 'the slow line');
}

/** Gives a host its fast cable back. Does nothing where it has it. */
export async function removeSlowLine(fleet: FleetRecord, host: Place): Promise<void> {
	const file = pathInside(fleet.keeper, pidFile(host));
	if (!existsSync(file)) return;
	await inside(fleet.keeper, ['kill', readFileSync(file, 'utf8').trim()]);
	await rm(file);
	await inside(fleet.keeper, ['sh', '-c', takeLineAway(host)]);
}

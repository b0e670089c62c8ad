import type { Change, SupervisorChange } from '../model/change.ts';
import { noBalancer } from '../model/serving.ts';

/**
 * A change as a supervisor can carry it out. What is about web traffic only comes this far where no load balancer took it.
 * @throws ProcdeckError `refused`
 */
export function forSupervisor(change: Change): SupervisorChange {
	if (change.verb === 'serve') throw noBalancer('refused');
	return change;
}

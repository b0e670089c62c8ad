import { runBalancer } from '../balancer/embedded/daemon.ts';
import type { Context } from './context.ts';

/** `procdeck balancer FOLDER`: how a supervisor brings the load balancer of its server to life. */
export function balancer(_: Context, operands: readonly string[]): Promise<number> {
	return runBalancer(operands[0] ?? '');
}

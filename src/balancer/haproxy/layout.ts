import { digest } from '../../model/digest.ts';
import type { ServerDefinition, Stack } from '../../model/stack.ts';

/** Where a stack's HAProxy is on its server. All paths are absolute. */
export interface BalancerLayout {
	readonly scope: ServerDefinition['scope'];
	/** For descriptions: `shop (production)`. */
	readonly title: string;
	/** Apart from the names of the units that run instances. */
	readonly unit: string;
	readonly unitPath: string;
	/** The folder of what is kept. */
	readonly config: string;
	readonly configPath: string;
	/** As `RuntimeDirectory=` has it. */
	readonly runtimeName: string;
	/** What is gone after a boot. */
	readonly run: string;
	readonly socket: string;
	readonly lock: string;
	/** What a boot reaches. */
	readonly bootTarget: 'multi-user.target' | 'default.target';
}

/** A socket's path has 107 bytes, of which HAProxy needs some for a name while it begins to listen. */
const LONGEST_FOLDER = 48;

/** @param user whom the server is reached as */
export function balancerLayout(
	{ name, environment }: Pick<Stack, 'name' | 'environment'>,
	scope: ServerDefinition['scope'],
	{ home, uid }: { readonly home: string; readonly uid: number },
): BalancerLayout {
	const stack = `${name}.${environment}`;
	const unit = `procdeck-lb.${stack}.service`;
	const short = stack.length <= LONGEST_FOLDER ? stack : digest(stack, 16);
	const runtimeName = `procdeck/lb.${short}`;
	const isSystem = scope === 'system';
	const units = isSystem ? '/etc/systemd/system' : `${home}/.config/systemd/user`;
	const config = `${isSystem ? '/etc' : `${home}/.config`}/procdeck/lb.${stack}`;
	const run = `${isSystem ? '/run' : `/run/user/${uid}`}/${runtimeName}`;
	return {
		scope,
		title: `${name} (${environment})`,
		unit,
		unitPath: `${units}/${unit}`,
		config,
		configPath: `${config}/haproxy.cfg`,
		runtimeName,
		run,
		socket: `${run}/admin.sock`,
		lock: `${run}/lock`,
		bootTarget: isSystem ? 'multi-user.target' : 'default.target',
	};
}

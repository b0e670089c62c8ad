import { join } from 'node:path';
import type { Balancer } from '../balancer/balancer.ts';
import { readForEdit, type StackFileEdit, writeEdit } from '../files/edit-stack-file.ts';
import { wantedBackends, webCount } from '../model/backends.ts';
import type { Backend, BalancerConfiguration, BalancerSettings } from '../model/balancer.ts';
import type { ChangeRow } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import type { ServerObservation } from '../model/observed.ts';
import { needsMending, noBalancer } from '../model/serving.ts';
import { changesSomething, type SetupPlan } from '../model/setup.ts';
import type { ServerDefinition, Stack } from '../model/stack.ts';
import { withLoadBalancer, withoutLoadBalancer } from '../model/stack-file-edit.ts';
import { peekAtBalancer } from './balancer-now.ts';
import { serverNamed } from './choose-servers.ts';
import { contentOf, editedStack } from './edited-stack.ts';
import { beyond } from './surge.ts';

/** A load balancer that a stack is to have. */
export interface BalancerAddition {
	/** With the load balancer in it. */
	readonly stack: Stack;
	/** The server that it runs on. */
	readonly definition: ServerDefinition;
	readonly settings: BalancerSettings;
	readonly edit: StackFileEdit;
}

/**
 * What a load balancer on a server makes of the stack and of its file. Nothing is changed yet.
 * @param environment `-e`: where there is no stack file, one for that environment is made
 * @param port null: as the file says, or the default
 * @throws ProcdeckError `unknown-server`, `usage` where another server has it, `invalid-file`, `refused`
 */
export function prepareBalancer(
	stack: Stack,
	environment: string | null,
	server: string,
	port: number | null,
): BalancerAddition {
	serverNamed(stack.servers, server);
	const present = stack.loadBalancer;
	if (present !== null && present.server !== server) {
		throw new ProcdeckError(
			'usage',
			`the load balancer is on ${present.server}`,
			'`procdeck lb remove` takes it away, then it can be added elsewhere',
		);
	}
	const created = environment === null ? 'procdeck.yml' : `procdeck.${environment}.yml`;
	const path = stack.stackFile ?? join(stack.directory, created);
	const before = readForEdit(path);
	const after = withLoadBalancer(before ?? '', server, port);
	const added = { ...editedStack(stack, contentOf(path, after)), stackFile: path };
	const { loadBalancer } = added;
	if (loadBalancer === null) throw new Error(`${path} has no load balancer after it was added`);
	const definition = serverNamed(added.servers, server);
	return { stack: added, definition, settings: loadBalancer.settings, edit: { path, before, after } };
}

/** Where a load balancer reaches the instances of a server. */
export type AddressOf = (server: string) => string;

/**
 * What a load balancer begins with: the servers on which web is wanted are On, unless the stack file says otherwise.
 * Where one is there already, what it serves stays.
 */
export function firstConfiguration(
	{ stack, settings }: Pick<BalancerAddition, 'stack' | 'settings'>,
	observations: readonly ServerObservation[],
	addressOf: AddressOf,
	present: BalancerConfiguration | null,
): BalancerConfiguration {
	const serving = observations.map((observation) => {
		const { name } = observation;
		const known = present?.serving[name];
		const initial =
			stack.servers.find((server) => server.name === name)?.serving ?? webCount(observation) > 0;
		return [name, known ?? initial] as const;
	});
	// What is On and has left the stack would get traffic as soon as it is back.
	const known = Object.entries(present?.serving ?? {}).filter(([name]) => isServerOf(stack, name));
	return {
		settings,
		serving: { ...Object.fromEntries(known), ...Object.fromEntries(serving) },
		backends: observations.flatMap((observation) => [
			...wantedBackends(observation, addressOf(observation.name)),
			...guestsOf(observation, present),
		]),
	};
}

function isServerOf({ servers }: Stack, name: string): boolean {
	return servers.some((server) => server.name === name);
}

/** What a restart has added that was broken off: as long as it is there, it may be all that answers. */
function guestsOf(observation: ServerObservation, present: BalancerConfiguration | null): Backend[] {
	const names = beyond(observation).map(({ name }) => name);
	const backends = present?.backends ?? [];
	return backends.filter(({ server, instance }) => server === observation.name && names.includes(instance));
}

/**
 * Sets the load balancer up, and writes it into the stack file. What is done already is not done twice; what somebody has
 * changed by hand, or left out of turn, is mended.
 * @throws ProcdeckError `conflict`, `refused`, `unreachable`
 */
export async function addBalancer(
	{ definition, edit }: BalancerAddition,
	balancer: Balancer,
	plan: SetupPlan,
	configuration: BalancerConfiguration,
): Promise<ChangeRow[]> {
	const { name } = definition;
	const isNew = edit.before !== edit.after;
	if (changesSomething(plan)) await balancer.setup.write(plan, configuration);
	const isMended = needsMending(await peekAtBalancer(balancer));
	if (isMended) await balancer.mend();
	// Last, so that what is in the file can be used.
	if (isNew) await writeEdit(edit);
	const on = Object.entries(configuration.serving).flatMap(([server, isOn]) => (isOn ? [server] : []));
	const reason = `web traffic to ${on.length === 0 ? 'no server: `procdeck serve SERVER on` switches one on' : on.join(', ')}`;
	const outcome = isNew || isMended || changesSomething(plan) ? 'done' : 'unchanged';
	return [{ server: name, type: null, from: null, to: 'load balancer', outcome, reason }];
}

/**
 * What taking the load balancer away makes of the stack file.
 * @throws ProcdeckError `usage` where there is none
 */
export function prepareBalancerRemoval(stack: Stack): {
	readonly server: string;
	readonly edit: StackFileEdit;
} {
	const before = stack.stackFile === null ? null : readForEdit(stack.stackFile);
	if (stack.loadBalancer === null || stack.stackFile === null || before === null) throw noBalancer('usage');
	const after = withoutLoadBalancer(before);
	contentOf(stack.stackFile, after);
	return { server: stack.loadBalancer.server, edit: { path: stack.stackFile, before, after } };
}

/** Takes away what was set up, and takes the load balancer out of the stack file. */
export async function removeBalancer(
	{ server, edit }: { readonly server: string; readonly edit: StackFileEdit },
	balancer: Balancer,
): Promise<ChangeRow[]> {
	await balancer.setup.remove();
	await writeEdit(edit);
	return [{ server, type: null, from: 'load balancer', to: null, outcome: 'done', reason: null }];
}

import type { InstanceJson, ProcessJson, ServerJson } from './contract.ts';

export function processOf(server: ServerJson, type: string): ProcessJson {
	const found = server.processes.find((candidate) => candidate.type === type);
	if (!found) throw new Error(`${server.name} has no process type ${type}`);
	return found;
}

export function instanceOf(server: ServerJson, name: string): InstanceJson {
	const found = server.processes
		.flatMap(({ instances }) => instances)
		.find((candidate) => candidate.name === name);
	if (!found) throw new Error(`${server.name} has no instance ${name}`);
	return found;
}

/** The pids of the instances of a type that run, by instance name. */
export function pidsOf(server: ServerJson, type: string): Record<string, number> {
	const running = processOf(server, type).instances.filter(({ pid }) => pid !== null);
	return Object.fromEntries(running.map(({ name, pid }) => [name, Number(pid)]));
}

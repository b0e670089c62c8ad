import { join } from 'node:path';
import type { Sshd } from '../../support/sshd.ts';
import { tempFolder } from '../../support/temp-folder.ts';

/** Lines of a client's configuration for each host, over those that reach its server. */
export type Hosts = Readonly<Record<string, readonly [server: Sshd, ...lines: string[]]>>;

/** A client's configuration that knows several servers; it goes with the test. */
export async function configure(hosts: Hosts): Promise<{ readonly configFile: string }> {
	const blocks = Object.entries(hosts).map(
		([host, [{ folder, port, knownHosts }, ...lines]]) => `Host ${host}
	${lines.join('\n\t')}
	HostName 127.0.0.1
	Port ${port}
	HostKeyAlias test
	IdentityFile ${folder}/user_key
	IdentitiesOnly yes
	IdentityAgent none
	UserKnownHostsFile ${knownHosts}
	GlobalKnownHostsFile none
`,
	);
	const folder = await tempFolder({ ssh_config: blocks.join('') });
	return { configFile: join(folder, 'ssh_config') };
}

import type { BalancerLayout } from './layout.ts';

/** The unit of a balancer's own HAProxy. @param haproxy the program */
export function unitText(layout: BalancerLayout, haproxy: string): string {
	const { title, runtimeName, configPath, bootTarget, scope } = layout;
	return [
		'# Written by Procdeck. What is changed by hand shows as drift, and is taken back by its repair.',
		'[Unit]',
		`Description=${title}: load balancer, by Procdeck`,
		...(scope === 'system' ? ['After=network-online.target', 'Wants=network-online.target'] : []),
		'StartLimitIntervalSec=0',
		'',
		'[Service]',
		'Type=notify',
		`RuntimeDirectory=${runtimeName}`,
		'RuntimeDirectoryMode=0700',
		// The old process listens in it while the new one begins.
		'RuntimeDirectoryPreserve=yes',
		`ExecStart=${haproxy} -Ws -f ${configPath}`,
		`ExecReload=${haproxy} -c -q -f ${configPath}`,
		'ExecReload=/bin/kill -USR2 $MAINPID',
		'KillMode=mixed',
		'Restart=always',
		'RestartSec=100ms',
		'SuccessExitStatus=143',
		'',
		'[Install]',
		`WantedBy=${bootTarget}`,
		'',
	].join('\n');
}

import { chmod, cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Fleet } from '../../test/fleet/machinery/fleet.ts';

const ROOT = join(import.meta.dirname, '../..');
const SHOP = join(ROOT, 'examples/shop');
/** What the shop writes when it is run where it is. */
const WRITTEN = join(SHOP, 'tmp');

const STACK_FILE = `stack: shop
path: /srv/shop

servers:
  web1: { host: web1 }
  web2: { host: web2 }
  jobs1: { host: jobs1, serving: false }

processes:
  web:
    scale: { web1: 2, web2: 2 }
    ready: { http: /health, timeout: 10 }
  worker:
    scale: { jobs1: 2 }
    # A job in hand is finished before the worker goes.
    stop: [TERM, 15, KILL]
  scheduler:
    scale: { jobs1: 1 }
  mailer:
    scale: { jobs1: 1 }
    log_max: 1M
`;

/** Puts the shop on each host, and the stack over all of them into the fleet's folder. */
export async function installShop(fleet: Fleet): Promise<void> {
	for (const host of fleet.hosts) {
		await copyShop(join(host.root, 'srv/shop'));
		await host.run('chown -R deploy:deploy /srv/shop');
	}
	const { folder } = fleet.record;
	await copyShop(join(folder, 'shop'));
	await writeFile(join(folder, 'shop/procdeck.yml'), STACK_FILE);
	await writeFile(consoleCommand(fleet), launcher(fleet));
	await chmod(consoleCommand(fleet), 0o755);
	// Made by root for the person who said sudo.
	const { SUDO_UID, SUDO_GID } = process.env;
	if (SUDO_UID) await execa('chown', ['-R', `${SUDO_UID}:${SUDO_GID}`, folder]);
}

/** A program that is `procdeck` on the fleet's shop. */
export function consoleCommand(fleet: Fleet): string {
	return join(fleet.record.folder, 'procdeck');
}

/** Procdeck asks `ssh` for the settings of a host: this one answers from the fleet's configuration. */
function launcher({ binFolder, record }: Fleet): string {
	return `#!/bin/sh
PATH='${binFolder}':$PATH exec '${join(ROOT, 'bin/procdeck.js')}' -C '${join(record.folder, 'shop')}' "$@"
`;
}

async function copyShop(target: string): Promise<void> {
	await cp(SHOP, target, { recursive: true, filter: (path) => !path.startsWith(WRITTEN) });
}

import * as page from '../actions/balancer-page.ts';
import { BALANCER, type Binding, change, look, type Place } from './binding.ts';

const SERVERS: readonly Place[] = ['balancer'];
const BACKENDS: readonly Place[] = ['backends'];
/** Rows that a page key goes over. */
const PAGE_ROWS = 10;

/** The page of the load balancer: its servers, and one level deeper the instances of one. */
export const BALANCER_KEYS: readonly Binding[] = [
	change({
		keys: ['w'],
		places: BALANCER,
		help: ['w', "the server's web traffic on, off"],
		footer: ['w', 'on/off'],
		blocked: page.whyNoSwitchHere,
		press: page.switchHere,
	}),
	change({
		keys: ['r'],
		places: BALANCER,
		help: ['r', 'restart web there'],
		footer: ['r', 'restart'],
		blocked: page.whyNoRestartHere,
		press: page.restartHere,
	}),
	change({
		keys: ['f'],
		places: BALANCER,
		help: ['f', 'mend what was left or changed'],
		footer: ['f', 'mend'],
		blocked: page.whyNoMend,
		press: page.mend,
	}),
	change({
		keys: ['a'],
		places: SERVERS,
		help: ['a', 'add a load balancer'],
		blocked: page.whyNoAdd,
		press: page.offerBalancer,
	}),
	look({
		keys: ['up', 'k'],
		places: SERVERS,
		help: ['j k', 'move; PgUp PgDn: pages'],
		press: (context) => page.moveServer(context, -1),
	}),
	look({ keys: ['down', 'j'], places: SERVERS, press: (context) => page.moveServer(context, 1) }),
	look({
		keys: ['pageup', 'ctrl-b'],
		places: SERVERS,
		press: (context) => page.moveServer(context, -PAGE_ROWS),
	}),
	look({
		keys: ['pagedown', 'ctrl-f'],
		places: SERVERS,
		press: (context) => page.moveServer(context, PAGE_ROWS),
	}),
	look({
		keys: ['enter'],
		places: SERVERS,
		help: ['Enter', 'the instances of a server'],
		footer: ['Enter', 'instances'],
		press: page.openBackends,
	}),
	look({
		keys: ['up', 'k'],
		places: BACKENDS,
		help: ['j k', 'move; PgUp PgDn: pages'],
		press: (context) => page.moveBackend(context, -1),
	}),
	look({ keys: ['down', 'j'], places: BACKENDS, press: (context) => page.moveBackend(context, 1) }),
	look({
		keys: ['pageup', 'ctrl-b'],
		places: BACKENDS,
		press: (context) => page.moveBackend(context, -PAGE_ROWS),
	}),
	look({
		keys: ['pagedown', 'ctrl-f'],
		places: BACKENDS,
		press: (context) => page.moveBackend(context, PAGE_ROWS),
	}),
	look({
		keys: ['l'],
		places: BALANCER,
		help: ['l', 'logs of web'],
		footer: ['l', 'logs'],
		press: page.logsHere,
	}),
];

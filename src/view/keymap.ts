import { ADD_KEYS } from './keymap/add-keys.ts';
import { BALANCER_KEYS } from './keymap/balancer-keys.ts';
import type { Binding } from './keymap/binding.ts';
import { CHANGE_KEYS } from './keymap/change-keys.ts';
import { COMMON_KEYS } from './keymap/common-keys.ts';
import { LOG_KEYS } from './keymap/log-keys.ts';
import { MOVE_KEYS } from './keymap/move-keys.ts';
import { OUTPUT_KEYS } from './keymap/output-keys.ts';
import { PAGE_KEYS } from './keymap/page-keys.ts';
import { SHEET_KEYS } from './keymap/sheet-keys.ts';

/**
 * Every key of the console, once. Footer, help, key handling and tests read this table and nothing else; footer and help
 * keep its order.
 */
export const KEYMAP: readonly Binding[] = [
	...CHANGE_KEYS,
	...MOVE_KEYS,
	...BALANCER_KEYS,
	...LOG_KEYS,
	...OUTPUT_KEYS,
	...PAGE_KEYS,
	...ADD_KEYS,
	...SHEET_KEYS,
	...COMMON_KEYS,
];

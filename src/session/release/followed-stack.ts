import type { Stack } from '../../model/stack.ts';
import type { StackSource } from '../../server/stack-source.ts';
import type { FollowedStack } from './order.ts';

/** A stack that servers follow from one version of the app to another. */
export function followStack(first: Stack): StackSource & FollowedStack {
	const listeners = new Set<() => void>();
	let stack = first;
	return {
		get stack() {
			return stack;
		},
		set stack(next) {
			stack = next;
			for (const listener of listeners) listener();
		},
		problems: first.problems,
		listen(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
	};
}

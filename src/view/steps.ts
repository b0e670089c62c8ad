import type { Intent } from '../store/intent.ts';
import type { Model } from './model.ts';
import type { UiState } from './ui.ts';

/** What a key is pressed in. */
export interface Context {
	readonly model: Model;
	readonly ui: UiState;
	/** Of the screen. */
	readonly width: number;
	readonly height: number;
}

/** What a key does: the view's next state, and what is asked of the session. */
export interface Step {
	readonly ui: UiState;
	readonly intents: readonly Intent[];
}

export function show(ui: UiState): Step {
	return { ui, intents: [] };
}

export function ask(ui: UiState, ...intents: readonly Intent[]): Step {
	return { ui, intents };
}

export function say(ui: UiState, notice: string): Step {
	return show({ ...ui, notice });
}

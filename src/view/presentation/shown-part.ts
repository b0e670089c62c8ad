/** The part of `items` that is shown in `room` places, with the selected one in it. */
export function shownPart<T>(items: readonly T[], selected: number, room: number): readonly T[] {
	const first = Math.max(0, Math.min(items.length - room, selected - Math.floor(room / 2)));
	return items.slice(first, first + room);
}

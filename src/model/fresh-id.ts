/** A name that no other change has, on whatever machine and in whatever process it was made. */
export function freshId(): string {
	const noise = () => Math.random().toString(36).slice(2);
	return `${Date.now().toString(36)}-${noise()}-${noise()}`;
}

/**
 * What goes before a command so that root, too, is an ordinary user to it: the kernel lets it neither pass by the
 * permissions of files nor signal or look into the processes of others. Nothing where the tests do not run as root.
 */
export const AS_ORDINARY_USER: readonly string[] =
	process.getuid?.() === 0
		? ['setpriv', `--bounding-set=${without('dac_override,dac_read_search,fowner,kill,sys_ptrace')}`]
		: [];

function without(capabilities: string): string {
	return capabilities
		.split(',')
		.map((name) => `-${name}`)
		.join(',');
}

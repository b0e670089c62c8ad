import { chmod, chown, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fixture } from '../support/binary.ts';
import { AS_ORDINARY_USER } from '../support/ordinary-user.ts';
import { tempStack } from '../support/temp-stack.ts';

const IS_ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;

// File systems without hard links can seldom be mounted where tests run. To link(2) a file of another user, as one
// restored from a backup may be, is refused with the same error (proc_sys_fs(5), protected_hardlinks).
it.skipIf(!IS_ROOT)('where a state file cannot be linked, the version before is kept as a copy', async () => {
	const stack = await tempStack({ Procfile: `worker: ${fixture('runs')}\n` });
	stack.through(AS_ORDINARY_USER);
	await stack.change('start');
	const names = await readdir(stack.stateHome, { recursive: true });
	const formation = join(stack.stateHome, String(names.find((name) => name.endsWith('formation.json'))));
	const before = await readFile(formation, 'utf8');
	await chown(formation, NOBODY, NOBODY);
	await chmod(formation, 0o644);

	await stack.change('scale', 'worker=2');
	expect(await readFile(`${formation}.previous`, 'utf8')).toBe(before);
	expect(JSON.parse(await readFile(formation, 'utf8'))).toMatchObject({ wanted: { worker: 2 } });
	// And the next one, of what is ours again, with a link.
	await stack.change('scale', 'worker=1');
	expect(JSON.parse(await readFile(`${formation}.previous`, 'utf8'))).toMatchObject({
		wanted: { worker: 2 },
	});
});

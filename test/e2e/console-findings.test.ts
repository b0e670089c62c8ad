import { expect, it } from 'vitest';
import { tempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';

it('the console shows the worst that the doctor finds, and by its verb that it is mended', async () => {
	const stack = await tempStack({ Procfile: 'web: sleep 1000 $NAPS\n' });
	const console = stack.open([], { rows: 24, columns: 120 });
	await console.waitForText('variables: nobody sets what commands use: web uses $NAPS');
	expect(console.screen()).toContain('● local!');
	expect(console.screen()).toContain('1 to look at');
	await stack.write('.env', 'NAPS=1\n');
	console.press(':');
	await console.waitForText(/^ :_/m);
	console.press('doctor', 'Enter');
	await console.waitForText(/doctor ─ exit 0/);
	console.press('Escape');
	await console.waitForText('● local');
	await waitFor(() => !console.screen().includes('local!'), 'the mark to go');
	expect(console.screen()).not.toContain('variables:');
});

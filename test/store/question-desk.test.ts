import { expect, test } from 'vitest';
import type { UnknownHostKey } from '../../src/model/question.ts';
import { createQuestionDesk } from '../../src/store/question-desk.ts';

const KEY: UnknownHostKey = {
	host: 'bastion',
	keyType: 'ssh-ed25519',
	fingerprint: 'SHA256:abc',
	knownHosts: '~/.ssh/known_hosts',
};

test('questions wait in the order in which they were asked', async () => {
	const desk = createQuestionDesk();
	let told = 0;
	desk.subscribe(() => {
		told += 1;
	});
	const trusted = desk.asker.trust(KEY);
	const typed = desk.asker.answer('Password', false);
	expect(desk.questions().map(({ kind }) => kind)).toEqual(['trust', 'answer']);
	desk.answer(desk.questions()[0]!.id, true);
	expect(await trusted).toBe(true);
	expect(desk.questions()).toMatchObject([{ kind: 'answer', prompt: 'Password', shown: false }]);
	desk.answer(desk.questions()[0]!.id, 'secret');
	expect(await typed).toBe('secret');
	expect(desk.questions()).toEqual([]);
	expect(told).toBe(4);
});

test('the same key is asked about once, whoever asks', async () => {
	const desk = createQuestionDesk();
	const asked = [
		desk.asker.trust(KEY),
		desk.asker.trust({ ...KEY }),
		desk.asker.trust({ ...KEY, host: 'b' }),
	];
	expect(desk.questions()).toHaveLength(2);
	desk.answer(desk.questions()[0]!.id, true);
	desk.answer(desk.questions()[0]!.id, null);
	expect(await Promise.all(asked)).toEqual([true, true, false]);
});

test('two servers that ask with the same words get an answer each', () => {
	const desk = createQuestionDesk();
	void desk.asker.answer('Password:', false);
	void desk.asker.answer('Password:', false);
	expect(desk.questions()).toHaveLength(2);
});

test('nothing but a yes is one, and nothing but a text is an answer', async () => {
	const desk = createQuestionDesk();
	const trusted = desk.asker.trust(KEY);
	desk.answer(desk.questions()[0]!.id, 'yes');
	expect(await trusted).toBe(false);
	const typed = desk.asker.answer('Password', false);
	desk.answer(desk.questions()[0]!.id, true);
	expect(await typed).toBeNull();
});

test('once closed everything is answered by no or nothing, also what is asked later', async () => {
	const desk = createQuestionDesk();
	const before = [desk.asker.trust(KEY), desk.asker.answer('Password', true)];
	desk.close();
	expect(await Promise.all([...before, desk.asker.trust(KEY), desk.asker.answer('again', true)])).toEqual([
		false,
		null,
		false,
		null,
	]);
});

test('what nobody waits for any more is not asked', async () => {
	const desk = createQuestionDesk();
	const over = new AbortController();
	const asked = desk.ask({ kind: 'confirm', question: 'Do that?', hasDetails: false }, over.signal);
	expect(desk.questions()).toMatchObject([{ kind: 'confirm', question: 'Do that?' }]);
	over.abort();
	expect(await asked).toBeNull();
	expect(desk.questions()).toEqual([]);
	expect(await desk.ask({ kind: 'answer', prompt: 'Late', shown: true }, over.signal)).toBeNull();
});

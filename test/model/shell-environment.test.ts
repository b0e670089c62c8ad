import { expect, it } from 'vitest';
import { shellEnvironment } from '../../src/model/shell-environment.ts';

const INSTANCE = { PROCDECK_COOKIE: 'c', PROCDECK_STACK: 'shop', PROCDECK_INSTANCE: '1', PS: 'web.1' };

it('is what the shell has', () => {
	expect(shellEnvironment({ HOME: '/home/ann', PORT: '80', GONE: undefined })).toEqual({
		HOME: '/home/ann',
		PORT: '80',
	});
});

it('has nothing of the instance that it was called in', () => {
	expect(shellEnvironment({ ...INSTANCE, PORT: '5000', HOME: '/home/ann' })).toEqual({ HOME: '/home/ann' });
});

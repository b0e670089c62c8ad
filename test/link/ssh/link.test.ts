import { afterAll, beforeAll, describe } from 'vitest';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { linkContract } from '../contract.ts';
import { connectTo } from './connect-to.ts';

let sshd: Sshd;

beforeAll(async () => {
	sshd = await startSshd();
});

afterAll(() => sshd.stop());

describe('a link over SSH', () => linkContract(() => connectTo(sshd)));

import type { Link } from '../../../src/link/link.ts';
import { connectSsh } from '../../../src/link/ssh/connect.ts';
import type { Asker } from '../../../src/model/question.ts';

/** Answers as where there is no terminal. */
export const NOBODY: Asker = { trust: async () => false, answer: async () => null };

interface Options {
	/** Of the server's client configuration; `test` by default. */
	readonly host?: string;
	readonly port?: number;
	readonly asker?: Asker;
}

export function connectTo(
	{ configFile }: { readonly configFile: string },
	{ host = 'test', port, asker = NOBODY }: Options = {},
): Promise<Link> {
	return connectSsh({ host, user: null, port: port ?? null }, { asker, configFile });
}

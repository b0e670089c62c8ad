import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Command } from '../../../link/link.ts';
import { ProcdeckError } from '../../../model/errors.ts';
import { shellCommand } from '../../../model/launch.ts';
import { quote } from '../../../model/quote.ts';
import type { ReleaseRecord, ReleasesOnServer } from '../../../model/release.ts';
import type { Manifest } from '../../../model/release-manifest.ts';
import type { Copying, Preparation, ReleaseWork } from '../../releases.ts';
import type { Session } from '../session.ts';
import { asOwner, type Purpose, piped, printed, takeLittle } from './command.ts';
import type { CurrentRelease } from './current.ts';
import type { Exclusive } from './lock.ts';
import * as scripts from './scripts.ts';

export interface WorkContext extends Exclusive {
	readonly session: Session;
	/** The user whom the code belongs to. */
	readonly owner: string;
	/** What commands run through. */
	readonly shell: string;
	/** Another release is current: takes it in. */
	readonly onActivated: (release: CurrentRelease) => void;
}

/** Many files on a slow disk are linked or copied there. */
const COPY_TIMEOUT_MS = 600_000;
/** A removal of many files on a slow disk. */
const REMOVE_TIMEOUT_MS = 600_000;
/** So many changes of the current release are remembered. */
const CHANGES_KEPT = 50;

/** Each is sent to many servers. */
const compressedManifests = new WeakMap<Manifest, Promise<Buffer>>();

function compressed(manifest: Manifest): Promise<Buffer> {
	const known = compressedManifests.get(manifest) ?? promisify(gzip)(manifest.text, { level: 1 });
	compressedManifests.set(manifest, known);
	return known;
}

/** Where a release is taken from. */
interface Origin {
	readonly copying: Copying;
	/** The release from which it has what is the same; empty: none. */
	readonly base: string;
}

/** Work on the releases of a server whose systemd runs the instances. */
export class SystemdReleaseWork implements ReleaseWork {
	readonly releases: ReleasesOnServer;
	readonly #context: WorkContext;
	readonly #origins = new Map<string, Origin>();

	constructor(context: WorkContext) {
		this.#context = context;
		this.releases = context.releases;
	}

	async begin(copying: Copying): Promise<readonly string[]> {
		const { id, manifest, isWritten } = copying;
		const base = this.#baseOf(id);
		this.#origins.set(id, { copying, base });
		this.#context.lock.requireHeld();
		const command = this.#command(scripts.BEGIN, [id, base, isWritten ? 'copy' : 'link']);
		const input = (await compressed(manifest)).toString('base64');
		const needed = await printed(this.#context.session, command, {
			what: 'cannot begin the copy',
			timeoutMs: COPY_TIMEOUT_MS,
			input,
		});
		const list = await promisify(gunzip)(Buffer.from(needed, 'base64'));
		return list.toString().split('\0').slice(0, -1);
	}

	async fill(id: string, archive: Readable | null): Promise<void> {
		this.#context.lock.requireHeld();
		const args = [id, ...(this.#origins.get(id)?.copying.shared ?? [])];
		const purpose = { what: 'cannot copy', timeoutMs: COPY_TIMEOUT_MS };
		if (archive === null) return this.#do(scripts.FILL_NOTHING, args, purpose);
		const little = await takeLittle(archive);
		if (little !== null)
			return this.#do(scripts.FILL_LITTLE, args, { ...purpose, input: little.toString('base64') });
		await piped(this.#context.session, this.#command(scripts.FILL, args), purpose.what, archive);
	}

	async run(id: string, { command, environment, onLine, signal }: Preparation): Promise<void> {
		this.#context.lock.requireHeld();
		const { session, shell } = this.#context;
		const channel = await session.link.open(this.#command(scripts.RUN_IN, [id]));
		const stop = () => channel.close();
		signal.addEventListener('abort', stop, { once: true });
		if (signal.aborted) stop();
		createInterface({ input: channel.stream })
			.on('line', onLine)
			.on('error', () => {});
		const exports = Object.entries(environment).map(([name, value]) => `export ${name}=${quote(value)}\n`);
		const words = shellCommand({ shell, command }).map(quote).join(' ');
		channel.stream.end(`${exports.join('')}exec ${words}\n`);
		const { code, signal: killedBy } = await channel.ended;
		signal.removeEventListener('abort', stop);
		signal.throwIfAborted();
		if (code === null && killedBy === null) throw this.#context.lock.loss();
		if (code !== 0)
			throw new ProcdeckError('refused', `\`${command}\` ended with ${killedBy ?? `exit ${code}`}`);
	}

	async complete(record: ReleaseRecord): Promise<void> {
		const { id } = record;
		const origin = this.#origins.get(id);
		if (origin?.copying.isWritten === true && origin.base !== '')
			await this.#do(scripts.RELINK, [id, origin.base], { what: 'cannot end the copy' });
		const input = `${JSON.stringify(record)}\n`;
		await this.#do(scripts.COMPLETE, [id], { what: 'cannot note the release', input });
	}

	async activate(id: string | null): Promise<void> {
		this.#context.onActivated(await this.#context.lock.activate(id ?? ''));
	}

	async discard(id: string): Promise<void> {
		await this.#do(scripts.DISCARD, [id], {
			what: 'cannot remove what was begun',
			timeoutMs: REMOVE_TIMEOUT_MS,
		});
	}

	async prune(keep: number, current: string): Promise<void> {
		const { releases, partial } = this.#context;
		const made = releases.records.map(({ id }) => id);
		const inOrder = [current, releases.current, ...releases.before, ...made].filter((id) => id !== null);
		const kept = [...new Set(inOrder)].slice(0, keep);
		const old = [...made, ...partial].filter((id) => !kept.includes(id));
		if (old.length === 0) return;
		await this.#do(scripts.PRUNE, [String(CHANGES_KEPT), ...old], {
			what: 'cannot remove old releases',
			timeoutMs: REMOVE_TIMEOUT_MS,
		});
	}

	async read(id: string, path: string): Promise<string | null> {
		const { session } = this.#context;
		const place = `${session.layout.code}/releases/${id}/${path}`;
		const script = 'if [ -f "$1" ]; then echo there; cat -- "$1"; fi';
		const command = asOwner(session, this.#context.owner, ['/bin/sh', '-c', script, 'sh', place]);
		const text = await printed(session, command, { what: `cannot read ${place}` });
		return text === '' ? null : text.slice(text.indexOf('\n') + 1);
	}

	async end(): Promise<void> {
		await this.#context.lock.letGo();
	}

	/** What was copied last is the likest; what is current has surely been whole. */
	#baseOf(id: string): string {
		const { current, records } = this.releases;
		return (
			[current, ...records.map((record) => record.id)].find((each) => each !== null && each !== id) ?? ''
		);
	}

	#command(script: string, args: readonly string[]): Command {
		const { session, owner } = this.#context;
		return asOwner(session, owner, ['/bin/sh', '-c', script, 'sh', session.layout.code, ...args]);
	}

	async #do(script: string, args: readonly string[], purpose: Purpose): Promise<void> {
		this.#context.lock.requireHeld();
		await printed(this.#context.session, this.#command(script, args), purpose);
	}
}

// Holds a link with commands that do not end by themselves, until it is killed. Argument: an ssh_config with a host `test`.
import { connectTo } from './connect-to.ts';

const link = await connectTo({ configFile: process.argv[2] as string });
const stubborn = await link.open(['sh', '-c', 'trap "" TERM HUP INT PIPE; while :; do sleep 1; done']);
stubborn.stream.resume();
await link.run(['sleep', '987'], { timeoutMs: 1_000_000 });

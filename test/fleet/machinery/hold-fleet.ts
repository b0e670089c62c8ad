// Boots a fleet of one host, prints its record as JSON, and runs until it is killed: for tests of what is left then.
import { bootFleet } from './fleet.ts';

const { record } = await bootFleet(['web1']);
process.stdout.write(`${JSON.stringify(record)}\n`);
setInterval(() => undefined, 1 << 30);

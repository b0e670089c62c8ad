import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the base images and the records of the fleets are: they outlive a run. */
export const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'procdeck-fleet');

// Writes the JSON schema of procdeck.yml, for editors: `node scripts/schema.ts [FILE]`.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { stackFileSchema } from '../src/model/stack-file-schema.ts';

const PUBLISHED = fileURLToPath(new URL('../schema/procdeck.schema.json', import.meta.url));
const BIOME = fileURLToPath(new URL('../node_modules/.bin/biome', import.meta.url));

const { $schema, ...rest } = z.toJSONSchema(stackFileSchema, { io: 'input', target: 'draft-7' });
const schema = { $schema, title: 'procdeck.yml', description: 'The stack file of Procdeck', ...rest };
const formatted = spawnSync(BIOME, ['format', `--stdin-file-path=${PUBLISHED}`], {
	input: JSON.stringify(schema),
	cwd: fileURLToPath(new URL('..', import.meta.url)),
	encoding: 'utf8',
});
if (formatted.status !== 0) throw new Error(formatted.stderr);
writeFileSync(process.argv[2] ?? PUBLISHED, formatted.stdout);

import { describe, expect, it } from 'vitest';
import { programsOf } from '../../src/model/command-programs.ts';

describe('the programs of a command', () => {
	it.each([
		['node server.js', ['node']],
		['bundle exec puma -p $PORT', ['bundle']],
		['./bin/web --port ${PORT:-5000}', ['./bin/web']],
		['"./bin/my web" now', ['./bin/my web']],
		['RAILS_ENV=test PORT=$PORT ruby a.rb', ['ruby']],
		['exec env -i -u HOME A="b c" node a.js', ['env', 'node']],
		['exec -a shop node a.js', ['node']],
		['nice -n 5 timeout -k 3 10m python3 job.py', ['nice', 'timeout', 'python3']],
		['time ruby a.rb', ['ruby']],
		['bin/migrate && bin/web; node a.js | tee log.txt', ['bin/migrate', 'bin/web', 'node', 'tee']],
		['node a.js >out.txt 2>&1 # and nothing else', ['node']],
		['>out.txt node a.js', ['node']],
		['node a.js & node b.js', ['node']],
		['node a.js && $(which ruby) b.rb', ['node']],
		['node $(cat args)', ['node']],
	])('%s', (command, programs) => {
		expect(programsOf(command)).toEqual(programs);
	});

	it.each([
		['comes of a variable', '$RUNTIME a.js'],
		['comes of a substitution', '$(which node) a.js'],
		['comes of a pattern', './bin/*.sh'],
		['is in a home folder', '~/bin/web'],
		['is the shell itself', 'set -e; export A=1; . ./env.sh'],
		['is in a compound command', 'while true; do node a.js; done'],
		['is in a subshell', '(cd web && bin/serve)'],
		['is a function', 'serve() { node a.js; }; serve'],
		['may be missing', 'yarn start || npm start'],
		['is below a folder that it goes to', 'cd web && bin/serve'],
		['is nothing', '# only a remark'],
	])('leave out what %s', (_, command) => {
		expect(programsOf(command)).toEqual([]);
	});

	it('go on behind a folder that it goes to, as far as they are looked for in the PATH', () => {
		expect(programsOf('cd web && ./a && npm start && /opt/b')).toEqual(['npm', '/opt/b']);
	});
});

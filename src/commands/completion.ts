import type { Context } from './context.ts';

// The shells ask `procdeck complete` at each Tab, so that what they offer is what the program takes.

const BASH = `_procdeck() {
	# Not COMP_WORDS: bash makes a word of its own of the = in worker=3.
	local line="\${COMP_LINE:0:COMP_POINT}" IFS=$' \\t\\n'
	local -a words=($line)
	[[ "$line" == *[[:space:]] ]] && words+=("")
	IFS=$'\\n'
	COMPREPLY=($(procdeck complete -- "\${words[@]:1}" 2>/dev/null))
	[[ \${#COMPREPLY[@]} -eq 1 && "\${COMPREPLY[0]}" == *= ]] && compopt -o nospace
}
complete -o bashdefault -o default -F _procdeck procdeck`;

const ZSH = `#compdef procdeck
_procdeck() {
	local -a found
	found=("\${(@f)$(procdeck complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
	if [[ -n "$found" ]]; then
		local -a counted=("\${(@M)found:#*=}") plain=("\${(@)found:#*=}")
		compadd -S '' -a counted
		compadd -a plain
	else
		_files
	fi
}
if [[ "$funcstack[1]" == _procdeck ]]; then
	_procdeck "$@"
else
	compdef _procdeck procdeck
fi`;

const FISH = `function __procdeck_complete
	set -l words (commandline -opc)
	set -l found (procdeck complete -- $words[2..] (commandline -ct) 2>/dev/null)
	if set -q found[1]
		printf '%s\\n' $found
	else
		__fish_complete_path (commandline -ct)
	end
end
complete -c procdeck -f -a '(__procdeck_complete)'`;

const SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/** Prints the script that makes a shell complete procdeck's command lines. */
export async function completion({ output }: Context, [shell = '']: readonly string[]): Promise<number> {
	output.print(SCRIPTS[shell]!);
	return 0;
}

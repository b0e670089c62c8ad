/** Run with the path, the mode and a name for the draft; the content comes by stdin. */
const PUT_SCRIPT = `
case $1 in */*) mkdir -p "\${1%/*}/" || exit ;; esac
if [ -d "$1" ]; then echo "$1 is a folder" >&2; exit 1; fi
umask 077
if cat >"$3" && chmod "$2" "$3" && { sync "$3" 2>/dev/null || :; } && mv -f "$3" "$1"; then exit 0; fi
rm -f "$3"
exit 1
`;

/** @param draft beside the path, so that it can take its place at once */
export function putCommand(path: string, mode: number, draft: string): [string, ...string[]] {
	return ['/bin/sh', '-c', PUT_SCRIPT, 'sh', literal(path), mode.toString(8), literal(draft)];
}

/** A path that begins with `-` is no option. */
function literal(path: string): string {
	return path.startsWith('-') ? `./${path}` : path;
}

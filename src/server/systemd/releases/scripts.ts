import { LIST_CURRENT_RELEASE } from './current.ts';

/**
 * What runs on a server for its releases. In the place of the code are
 * - `releases/ID`: the code of a release
 * - `shared`: what all of them share
 * - `current`: a link to the one that instances are started with
 * - `.procdeck/stack`: whose they are
 * - `.procdeck/made/ID.json`: the record of a release that is complete
 * - `.procdeck/made/ID.manifest`, `ID.copied`: what it consists of, and how its files were when they were copied
 * - `.procdeck/current.log`: when which one was current
 * - `.procdeck/old`: what is being taken away
 */

const IN_PLACE = 'cd -- "$1" || exit\nLC_ALL=C\nexport LC_ALL\numask 022\n';

/**
 * `$code` is the place, `$owner` the user whom all belongs to, `$stack` whose they are. What somebody else has put there stays
 * as it is: `foreign NAMES` or `other STACK` says that it is in the way.
 */
const PREPARE = `
prepare() {
data=$code/.procdeck
if [ -f "$data/stack" ]; then
read -r there <"$data/stack"
if [ "$there" != "$stack" ]; then echo "other $there"; return 1; fi
if [ -e "$code/current" ] && [ ! -L "$code/current" ]; then echo 'foreign current'; return 1; fi
else
found=
for name in .procdeck releases shared current; do if [ -e "$code/$name" ] || [ -L "$code/$name" ]; then found="$found $name"; fi; done
if [ -n "$found" ]; then echo "foreign$found"; return 1; fi
mkdir -p -- "$code" && rm -rf -- "$code/.procdeck.new" &&
mkdir -- "$code/.procdeck.new" && echo "$stack" >"$code/.procdeck.new/stack" &&
chown -hR "$owner:" "$code/.procdeck.new" && mv -T -- "$code/.procdeck.new" "$data" || return
fi
for folder in "$data/made" "$code/releases" "$code/shared"; do
if [ ! -d "$folder" ]; then mkdir -- "$folder" && chown -h "$owner:" "$folder" || return; fi
done
}
`;

/** Prints the records of all complete releases and the names of others, and which one is current. `$code` is the place. */
const LIST_RELEASES = `
list_current() {
${LIST_CURRENT_RELEASE}
}
list() {
for folder in "$code/releases"/*; do
[ -d "$folder" ] || continue
record=$code/.procdeck/made/\${folder##*/}.json
if [ -f "$record" ]; then printf 'made '; cat -- "$record"; else echo "partial \${folder##*/}"; fi
done
list_current
}
`;

/** Run with the place. */
export const LIST = `${LIST_RELEASES}code=$1\nlist\n`;

/**
 * `activate ID` makes a release the current one; without an ID none is. What the owner can make a link of, only the owner
 * writes.
 */
const ACTIVATE = `
as_owner() { if [ "$(id -un)" = "$owner" ]; then "$@"; else runuser -u "$owner" -- "$@"; fi </dev/null; }
activate() {
cd -- "$code" || return
if [ -e current ] && [ ! -L current ]; then echo "$code/current is not a link" >&2; return 1; fi
if [ -z "$1" ]; then rm -f -- current || return
else
[ -d "releases/$1" ] || { echo "there is no release $1" >&2; return 1; }
as_owner ln -sfn -- "releases/$1" .procdeck/current.new &&
mv -T -- .procdeck/current.new current && touch -h -- current || return
fi
as_owner /bin/sh -c 'echo "$1" >>.procdeck/current.log' sh "$(date +%s%3N) $1"
}
`;

/**
 * Run with the file of the lock, who takes it, the place, the user whom all belongs to, and the stack's name: lists the
 * releases, and holds the lock until its stdin ends. Lines there are releases to be made current; what is current then and
 * `done` answer, or `failed WHY`. `busy WHO` says who has the lock already.
 */
export const BEGIN_WORK = `${PREPARE}${LIST_RELEASES}${ACTIVATE}
lock=$1 code=$3 owner=$4 stack=$5
umask 022
mkdir -p -- "\${lock%/*}" && exec 9>>"$lock" || exit
if ! flock -n 9; then printf 'busy %s\\n' "$(cat -- "$lock.holder" 2>/dev/null)"; exit 0; fi
printf '%s since %s\\n' "$2" "$(date '+%H:%M:%S')" >"$lock.holder"
serve() {
while read -r word id; do
if why=$(activate "$id" 2>&1); then list_current; echo done; else printf 'failed %s\\n' "$(printf %s "$why" | tr '\\n' ' ')"; fi
done
}
prepare && { list; echo ready; serve; }
ended=$?
rm -f -- "$lock.holder"
exit $ended
`;

/** The paths of records whose third field they are, in order. */
const PATHS = "paths() { cut -zd' ' -f3- | sort -z; }";

/**
 * Run with the place, the release, the one that it is made from (or nothing) and how what is the same is taken over: `link`
 * or `copy`. The manifest comes by stdin, compressed and in base64. What is the same and still as it was copied is taken over; what has to
 * be sent is printed likewise.
 */
export const BEGIN = `${IN_PLACE}
id=$2 base=$3 how=$4 made=.procdeck/made
rm -rf -- "releases/$id" "$made/$id".* && mkdir -- "releases/$id" && base64 -d | gzip -d >"$made/$id.manifest" || exit
${PATHS}
: >"$made/$id.kept"
: >"$made/$id.taken"
if [ -n "$base" ] && [ -f "$made/$base.copied" ]; then
comm -z -12 "$made/$base.manifest" "$made/$id.manifest" | paths >"$made/$id.same"
(cd "releases/$base" && xargs -0 -r stat --printf '%s %.9Y %n\\0' -- <"../../$made/$id.same" 2>/dev/null) |
sort -z | comm -z -12 - "$made/$base.copied" >"$made/$id.taken"
paths <"$made/$id.taken" >"$made/$id.kept"
rm -f -- "$made/$id.same"
case $how in link) flags=-dl ;; *) flags='-d --preserve=mode,timestamps --reflink=auto' ;; esac
(cd "releases/$base" && xargs -0 -r cp $flags --parents -t "../$id" -- <"../../$made/$id.kept") || exit
fi
paths <"$made/$id.manifest" | comm -z -23 - "$made/$id.kept" | gzip -1 | base64 -w 0
`;

/** Run with the place and the release: unpacks what comes by stdin. */
const UNPACK = `(cd "releases/$2" && exec tar -xzif - --no-same-owner --no-same-permissions) || exit\n`;

/**
 * Run with the place, the release and what is shared: notes how the copied files are, and links what is shared. What is not
 * there yet begins as it is in the code; else it is a folder, or where its name is that of a file the app makes it.
 */
const SHARE = `
id=$2 made=.procdeck/made
shift 2
${PATHS}
paths <"$made/$id.manifest" | comm -z -23 - "$made/$id.kept" |
(cd "releases/$id" && xargs -0 -r stat --printf '%s %.9Y %n\\0' -- && cat "../../$made/$id.taken") |
sort -z >"$made/$id.copied" || exit
if [ "$(tr -dc '\\0' <"$made/$id.manifest" | wc -c)" != "$(tr -dc '\\0' <"$made/$id.copied" | wc -c)" ]; then
echo 'the copy is not whole' >&2; exit 1
fi
for path; do
folder=\${path%/} own="releases/$id/\${path%/}" common="shared/\${path%/}"
up=$(printf %s "$folder" | tr -dc / | sed 's,/,../,g')
mkdir -p -- "$(dirname -- "$own")" "$(dirname -- "$common")" || exit
if [ ! -e "$common" ] && [ ! -L "$common" ]; then
if [ -e "$own" ]; then cp -a -- "$own" "$common.new" && mv -T -- "$common.new" "$common" || exit
else case $path in */) mkdir -- "$common" || exit ;; *) case \${folder##*/} in ?*.*) ;; *) mkdir -- "$common" || exit ;; esac ;; esac
fi
fi
rm -rf -- "$own" && ln -s -- "../../\${up}shared/$folder" "$own" || exit
done
`;

/** Run as {@link FILL}, where nothing has to be unpacked. */
export const FILL_NOTHING = `${IN_PLACE}${SHARE}`;

/** Run with the place, the release and what is shared; what was missing comes by stdin. */
export const FILL = `${IN_PLACE}${UNPACK}${SHARE}`;

/** Run as {@link FILL}; what comes is in base64. */
export const FILL_LITTLE = `${IN_PLACE}base64 -d | ${UNPACK}${SHARE}`;

/** Run with the place, the release and the one that it was made from: what is still as it was copied becomes one file again. */
export const RELINK = `${IN_PLACE}
id=$2 base=$3 made=.procdeck/made
[ -s "$made/$id.kept" ] || exit 0
(cd "releases/$id" && xargs -0 -r stat --printf '%s %.9Y %n\\0' -- <"../../$made/$id.kept" 2>/dev/null) |
sort -z | comm -z -12 - "$made/$id.copied" | cut -zd' ' -f3- |
(cd "releases/$base" && xargs -0 -r cp -dlf --parents -t "../$id" --)
`;

/** Run with the place and the release; its record comes by stdin. */
export const COMPLETE = `${IN_PLACE}
made=.procdeck/made
rm -f -- "$made/$2.kept" "$made/$2.taken"
cat >"$made/$2.json.new" && sync "$made/$2.json.new" && mv -f -- "$made/$2.json.new" "$made/$2.json"
`;

/**
 * Run with the place and releases, which are taken away. Without its record none is complete. What was stopped while it
 * wrote there may do so for a second.
 */
export const DISCARD = `${IN_PLACE}
shift
for id; do
rm -f -- ".procdeck/made/$id.json" || exit
rm -rf -- "releases/$id" 2>/dev/null || { sleep 2; rm -rf -- "releases/$id" || exit; }
rm -f -- ".procdeck/made/$id".*
done
`;

/**
 * Run with the place, how many lines of the log stay, and releases: puts them out of the way. They are taken away when
 * nobody waits any more. What was left of earlier ones goes first, as where a session does not outlive its connection; what
 * may not be taken away, such as what root wrote there, is told and keeps nothing else from going.
 */
export const PRUNE = `${IN_PLACE}
log=.procdeck/current.log
if [ -f "$log" ]; then tail -n "$2" "$log" >"$log.new" && mv -f -- "$log.new" "$log"; fi
shift 2
rm -rf -- .procdeck/old
ended=$?
mkdir -p -- .procdeck/old || exit
for id; do
rm -f -- ".procdeck/made/$id.json" || exit
if [ -d "releases/$id" ]; then mv -T -- "releases/$id" ".procdeck/old/$id.$$" || exit; fi
rm -f -- ".procdeck/made/$id".*
done
setsid nice rm -rf -- .procdeck/old </dev/null >/dev/null 2>&1 &
exit $ended
`;

/** Run with the place and the stack's name: whether the releases there are its own. */
export const IS_OWN = `
[ -f "$1/.procdeck/stack" ] || exit 0
read -r there <"$1/.procdeck/stack"
if [ "$there" = "$2" ]; then echo own; fi
`;

/** Run with the place: takes all away but what is shared, and prints what is left. */
export const REMOVE = `
cd -- "$1" 2>/dev/null || exit 0
if [ -f .procdeck/stack ]; then
if [ -L current ]; then rm -f -- current; fi
rm -rf -- releases .procdeck || exit
rmdir -- shared 2>/dev/null
fi
ls -A
cd /
rmdir -- "$1" 2>/dev/null
true
`;

/** Run with the place and the release; what it is to do there comes by stdin. It has what instances have from systemd. */
export const RUN_IN = `
cd -P -- "$1/releases/$2" || exit
umask 022
entry=$(getent passwd "$(id -u)")
home=$(printf %s "$entry" | cut -d: -f6) shell=$(printf %s "$entry" | cut -d: -f7) user=\${entry%%:*}
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \${LANG:+"LANG=$LANG"} \\
HOME="$home" SHELL="$shell" USER="$user" LOGNAME="$user" /bin/sh -c 'script=$(cat); exec </dev/null 2>&1; eval "$script"'
`;

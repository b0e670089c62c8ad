/*
 * Hands lines to HAProxy's socket, one connection for each: a connection that is kept would stay with the old process
 * after a reload. Before each answer it says how long that is and what marks the configuration file now, so that whoever
 * asks what runs also learns that the file is another one. Run with the socket and that file.
 */
const PERL = `
use Socket;
$| = 1;
$SIG{PIPE} = "IGNORE";
my ($path, $file) = @ARGV;
while (defined(my $line = <STDIN>)) {
	my ($word, $answer) = ("ok", "");
	socket(my $socket, PF_UNIX, SOCK_STREAM, 0);
	setsockopt($socket, SOL_SOCKET, $_, pack("l!l!", 10, 0)) for (SO_RCVTIMEO, SO_SNDTIMEO);
	if (connect($socket, pack_sockaddr_un($path)) && syswrite($socket, $line)) {
		my $got;
		while ($got = sysread($socket, my $part, 65536)) { $answer .= $part }
		($word, $answer) = ("failed", "$!") unless defined $got;
	} else { ($word, $answer) = ("failed", "$!") }
	close($socket);
	my $mark = join("-", (stat($file))[1, 7, 9, 10]) || "none";
	print "$word ", length($answer), " $mark\\n$answer";
}
`;

const PYTHON = `
import os, socket, sys
path, file = sys.argv[1:]
while True:
    line = sys.stdin.buffer.readline()
    if not line: break
    word, answer = "ok", b""
    try:
        with socket.socket(socket.AF_UNIX) as own:
            own.settimeout(10)
            own.connect(path)
            own.sendall(line)
            while True:
                part = own.recv(65536)
                if not part: break
                answer += part
    except OSError as error:
        word, answer = "failed", (error.strerror or str(error)).encode()
    try:
        seen = os.stat(file)
        mark = "-".join(map(str, (seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)))
    except OSError:
        mark = "none"
    sys.stdout.buffer.write(("%s %d %s\\n" % (word, len(answer), mark)).encode() + answer)
    sys.stdout.buffer.flush()
`;

/** Every Debian and Ubuntu has perl, Fedora and its kin have Python. */
const RELAY_SCRIPT = `
if perl -MSocket -e 1 2>/dev/null; then exec perl -e "$3" "$1" "$2"; fi
for python in python3 /usr/libexec/platform-python; do
command -v $python >/dev/null && exec $python -c "$4" "$1" "$2"
done
echo 'it has neither perl nor python3' >&2
exit 1
`;

/** What reaches the socket on its machine, for whoever may. */
export function relayCommand(socket: string, file: string): string[] {
	return ['/bin/sh', '-c', RELAY_SCRIPT, 'sh', socket, file, PERL, PYTHON];
}

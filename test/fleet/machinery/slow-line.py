# slow-line.py DELAY RATE NAME NAME: carries Ethernet frames between two TAP devices as a long and narrow line would.
# DELAY: seconds in each direction. RATE: bits a second in each direction, 0: no limit. Descriptors 3 and 4 are
# /dev/net/tun. Prints its pid once it carries. Kernels do not all have netem, and none delays without a module of its own.
import collections, fcntl, os, select, struct, sys, time

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
# What is sent faster than the line takes it is kept this long, and lost then.
LONGEST_QUEUE = 1.0
LARGEST_FRAME = 65536

delay, rate = float(sys.argv[1]), float(sys.argv[2])


class Direction:
    def __init__(self, source, target):
        self.source, self.target = source, target
        self.under_way = collections.deque()
        self.free_at = 0.0

    def take(self, now):
        try:
            frame = os.read(self.source, LARGEST_FRAME)
        except BlockingIOError:
            return
        begin = max(now, self.free_at)
        if begin - now > LONGEST_QUEUE:
            return
        self.free_at = begin + (len(frame) * 8 / rate if rate else 0)
        self.under_way.append((self.free_at + delay, frame))

    def deliver(self, now):
        while self.under_way and self.under_way[0][0] <= now:
            os.write(self.target, self.under_way.popleft()[1])


def attach(descriptor, name):
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    os.set_blocking(descriptor, False)
    return descriptor


near, far = attach(3, sys.argv[3]), attach(4, sys.argv[4])
directions = {near: Direction(near, far), far: Direction(far, near)}
print(os.getpid(), flush=True)
while True:
    due = [direction.under_way[0][0] for direction in directions.values() if direction.under_way]
    wait = max(0, min(due) - time.monotonic()) if due else None
    for source in select.select([near, far], [], [], wait)[0]:
        directions[source].take(time.monotonic())
    for direction in directions.values():
        direction.deliver(time.monotonic())

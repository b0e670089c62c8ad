// Takes a megabyte more of memory every 200 ms, a gigabyte at most, so that no two samples of it are alike.
const MEGABYTE = 1_000_000;
const blocks = [];

setInterval(() => {
	if (blocks.length < 1000) blocks.push(Buffer.alloc(MEGABYTE, 1));
}, 200);

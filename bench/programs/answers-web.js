// Answers every request on PORT with a kilobyte, and says who it is (INSTANCE).
import { createServer } from 'node:http';

const body = Buffer.alloc(1024, 'x');
const headers = {
	'content-type': 'text/plain',
	'content-length': body.length,
	'x-instance': process.env.INSTANCE ?? '',
};
createServer((_, response) => response.writeHead(200, headers).end(body)).listen(Number(process.env.PORT));

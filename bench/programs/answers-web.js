// Answers every request on PORT with a kilobyte.
import { createServer } from 'node:http';

const body = Buffer.alloc(1024, 'x');
const headers = { 'content-type': 'text/plain', 'content-length': body.length };
createServer((_, response) => response.writeHead(200, headers).end(body)).listen(Number(process.env.PORT));

// The rival: a Fastify route that answers with a constant. `bare-server.mjs METHOD ROUTE`, the constant on
// standard input.
import { text } from 'node:stream/consumers';
import Fastify from 'fastify';

const [method, url] = process.argv.slice(2);
const body = await text(process.stdin);
const app = Fastify();
app.route({
  method,
  url,
  handler: (_, reply) => reply.type('application/json; charset=utf-8').send(body),
});
console.log(JSON.stringify({ msg: await app.listen({ host: '127.0.0.1', port: 0 }) }));
process.on('SIGTERM', () => app.close().then(() => process.exit(0)));

// One media node of a lab, as a process: every answer is a line of JSON that names the node. Plain
// JavaScript, so that it starts in a blink. Its argument is the JSON of `EchoNodeConfig` in echo-node.ts.
import { Buffer } from 'node:buffer';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { createInterface } from 'node:readline';

const config = JSON.parse(process.argv[2]);

const listening = [];
for (const address of config.addresses) {
  for (const port of config.udp) listening.push(udp(address, port));
  for (const port of config.stun) listening.push(stun(address, port));
  for (const port of config.tcp) listening.push(tcp(address, port));
  for (const port of config.http) listening.push(web(http.createServer(), address, port));
  for (const port of config.https) {
    const { key, cert } = config.tls;
    const options = { key: readFileSync(key), cert: readFileSync(cert) };
    listening.push(web(https.createServer(options), address, port));
  }
}
await Promise.all(listening);
console.log(`ready ${config.node}`);

function answer(protocol, port, remote, more = {}) {
  return JSON.stringify({ node: config.node, protocol, port, peer: remote, ...more });
}

async function udp(address, port) {
  const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (data, { address: from, port: fromPort }) => {
    socket.send(answer('udp', port, endpoint(from, fromPort), { echo: data.toString() }), fromPort, from);
  });
  socket.bind(port, address);
  await once(socket, 'listening');
}

// Binding request in, success response without attributes out (RFC 8489 section 5).
async function stun(address, port) {
  const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (data, { address: from, port: fromPort }) => {
    if (data.length < 20 || data.readUInt32BE(0) !== 0x00010000) return;
    socket.send(Buffer.concat([Buffer.from([1, 1, 0, 0]), data.subarray(4, 20)]), fromPort, from);
  });
  socket.bind(port, address);
  await once(socket, 'listening');
}

// One answer per line, so that a connection can be seen to live on.
async function tcp(address, port) {
  const server = net.createServer((socket) => {
    const remote = endpoint(socket.remoteAddress, socket.remotePort);
    socket.on('error', () => socket.destroy());
    const lines = createInterface(socket);
    lines.on('line', (line) => socket.write(`${answer('tcp', port, remote, { echo: line })}\n`));
    // It hears of the socket's errors as well.
    lines.on('error', () => socket.destroy());
  });
  server.listen(port, address);
  await once(server, 'listening');
}

// WebSockets are told of the request at once, and then answered message by message.
async function web(server, address, port) {
  const answerTo = (request, more = {}) =>
    answer(
      request.socket.encrypted ? 'https' : 'http',
      port,
      endpoint(request.socket.remoteAddress, request.socket.remotePort),
      {
        path: request.url,
        sni: request.socket.servername || null,
        forwardedFor: request.headers['x-forwarded-for'] ?? null,
        forwardedProto: request.headers['x-forwarded-proto'] ?? null,
        ...more,
      },
    );
  server.on('request', (request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(answerTo(request));
  });
  server.on('upgrade', async (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    // Not before it is needed: nodes shall start in a blink.
    const { WebSocketServer } = await import('ws');
    new WebSocketServer({ noServer: true }).handleUpgrade(request, socket, head, (peer) => {
      peer.on('error', () => peer.terminate());
      peer.on('message', (data) => peer.send(answerTo(request, { echo: data.toString() })));
      peer.send(answerTo(request));
    });
  });
  server.listen(port, address);
  await once(server, 'listening');
}

// A socket whose other end is gone already has no address any more.
function endpoint(address = 'gone', port = 0) {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

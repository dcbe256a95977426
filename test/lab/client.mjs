// The client of a lab, as one process in its namespace: reads lines of JSON `{id, request}` and answers each
// with a line `{id, answer}` or `{id, error}`. Requests and answers are typed in client.ts.
import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

// Sockets that a request named with `keep`, for later requests to speak on.
const kept = new Map();

const KINDS = { udp, tcp, http: web, https: web, ws: websocket, wss: websocket };

createInterface(process.stdin).on('line', async (line) => {
  const { id, request } = JSON.parse(line);
  const reply = await KINDS[request.kind](request).then(
    (answer) => ({ id, answer }),
    (error) => ({ id, error: error.code ?? error.message }),
  );
  process.stdout.write(`${JSON.stringify(reply)}\n`);
});
console.log('ready client');

async function udp(request) {
  const socket = await keep(request, async () => {
    const made = dgram.createSocket(request.address.includes(':') ? 'udp6' : 'udp4');
    made.bind(request.sourcePort ?? 0, request.sourceAddress);
    await once(made, 'listening');
    made.connect(request.port, request.address);
    await once(made, 'connect');
    return made;
  });
  try {
    const heard = once(socket, 'message');
    socket.send('hello');
    const [data] = await inTime(request, heard);
    return JSON.parse(data.toString());
  } finally {
    if (!request.keep) socket.close();
  }
}

async function tcp(request) {
  const { socket, lines, ended } = await keep(request, async () => {
    const made = net.connect(dial(request));
    await inTime(request, once(made, 'connect')).catch((error) => {
      made.destroy();
      throw error;
    });
    // Rejects on errors; whoever reads a line next is told.
    const end = once(made, 'close').then(() => Promise.reject(new Error('closed')));
    end.catch(() => undefined);
    const lines = createInterface(made).on('error', () => made.destroy());
    return { socket: made, lines: lines[Symbol.asyncIterator](), ended: end };
  });
  try {
    socket.write('hello\n');
    const { value, done } = await inTime(request, Promise.race([lines.next(), ended]));
    if (done) throw new Error('closed');
    return JSON.parse(value);
  } finally {
    if (!request.keep) socket.destroy();
  }
}

async function web(request) {
  const outgoing = send(request, {});
  const [response] = await once(outgoing, 'response');
  const chunks = await response.toArray();
  const body = Buffer.concat(chunks).toString();
  if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
  return JSON.parse(body);
}

async function websocket(request) {
  const outgoing = send(request, {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
  });
  const [socket, first] = await new Promise((resolve, reject) => {
    outgoing.on('upgrade', (_response, upgraded, head) => resolve([upgraded, head]));
    outgoing.on('response', (response) => reject(new Error(`status ${response.statusCode}`)));
    outgoing.on('error', reject);
  });
  try {
    let data = first;
    // The frame's header is 4 bytes here: the answer has 126 to 65,535 bytes (RFC 6455 section 5.2).
    while (data.length < 4 || data.length < 4 + data.readUInt16BE(2)) {
      const [chunk] = await once(socket, 'data');
      data = Buffer.concat([data, chunk]);
    }
    return JSON.parse(data.subarray(4).toString());
  } finally {
    socket.destroy();
  }
}

function send(request, headers) {
  const secure = request.kind === 'https' || request.kind === 'wss';
  const options = {
    ...dial(request),
    path: request.path ?? '/',
    agent: false,
    headers: { host: request.servername ?? 'lab', ...headers },
    timeout: request.patience ?? 2000,
  };
  const outgoing = secure
    ? https.request({ ...options, servername: request.servername ?? '', rejectUnauthorized: false })
    : http.request(options);
  outgoing.on('timeout', () => outgoing.destroy(new Error('silence')));
  return outgoing.end();
}

function dial({ address, port, sourceAddress, sourcePort }) {
  return { host: address, port, localAddress: sourceAddress, localPort: sourcePort };
}

async function inTime(request, promise) {
  const late = sleep(request.patience ?? 2000, undefined, { ref: false });
  return Promise.race([promise, late.then(() => Promise.reject(new Error('silence')))]);
}

async function keep({ keep: name }, make) {
  if (!name) return make();
  if (!kept.has(name)) kept.set(name, await make());
  return kept.get(name);
}

// Traffic of a lab, as one process in its client's namespace: numbered packets on many flows, and which of them
// were answered, by whom. Reads lines of JSON `{id, do, …}`, and answers each with a line `{id, answer}` or
// `{id, error}`; typed in traffic.ts.
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { setInterval } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';

// Milliseconds between two packets of a flow.
const EVERY = Number(process.argv[2]);
// Milliseconds that an answer may take before its packet counts as lost.
const PATIENCE = Number(process.argv[3]);
// Milliseconds for the first answer, which may take a handshake.
const FIRST = 5 * PATIENCE;

const flows = new Map();
const OPEN = { udp, tcp, ws };
const DO = { open, report, close };

setInterval(() => {
  for (const flow of flows.values()) if (flow.isOpen) send(flow);
}, EVERY);

createInterface(process.stdin).on('line', async (line) => {
  const { id, do: what, ...request } = JSON.parse(line);
  const reply = await DO[what](request).then(
    (answer) => ({ id, answer }),
    (error) => ({ id, error: error.message }),
  );
  process.stdout.write(`${JSON.stringify(reply)}\n`);
});
console.log('ready traffic');

// Resolves when every flow has its first answer.
async function open({ flows: asked }) {
  await Promise.all(asked.map(start));
  return null;
}

async function start({ name, kind, ...where }) {
  const flow = { name, sent: 0, waiting: new Map(), by: {}, errors: {}, ended: null, isOpen: false };
  flows.set(name, flow);
  await OPEN[kind](where, flow);
  send(flow);
  for (const end = Date.now() + FIRST; Object.keys(flow.by).length === 0; await sleep(5)) {
    if (flow.ended !== null || Date.now() > end) {
      throw new Error(
        `${name}: no first answer (${flow.ended ?? (Object.keys(flow.errors).join() || 'silence')})`,
      );
    }
  }
  flow.isOpen = true;
}

// Of what was sent until now: waits for answers that are on their way. Traffic goes on.
async function report() {
  const until = [...flows.values()].map((flow) => ({ flow, sent: flow.sent }));
  const isLate = ({ flow, sent }) => {
    const due = Date.now() - PATIENCE;
    return flow.ended === null && [...flow.waiting].some(([number, at]) => number <= sent && at > due);
  };
  while (until.some(isLate)) await sleep(5);
  return until.map(({ flow: { name, waiting, by, errors, ended }, sent }) => ({
    name,
    sent,
    lost: [...waiting.keys()].filter((number) => number <= sent),
    by,
    errors,
    ended,
  }));
}

async function close() {
  for (const flow of flows.values()) {
    flow.isOpen = false;
    flow.ended ??= 'closed here';
    flow.socket?.removeAllListeners();
    flow.socket?.on('error', () => undefined);
    flow.stop?.();
  }
  flows.clear();
  return null;
}

function send(flow) {
  if (flow.ended !== null) return;
  const number = ++flow.sent;
  flow.waiting.set(number, Date.now());
  flow.write(String(number));
}

function heard(flow, text) {
  const { node, echo } = JSON.parse(text);
  // A packet that is answered twice is counted once.
  if (echo === undefined || !flow.waiting.delete(Number(echo))) return;
  flow.by[node] = (flow.by[node] ?? 0) + 1;
}

function end(flow, why) {
  flow.ended ??= why;
  flow.isOpen = false;
}

async function udp({ address, port }, flow) {
  const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (data) => heard(flow, data.toString()));
  // Refused by ICMP: the flow goes on, as WebRTC's do.
  socket.on('error', ({ code }) => (flow.errors[code] = (flow.errors[code] ?? 0) + 1));
  socket.connect(port, address);
  await once(socket, 'connect');
  Object.assign(flow, {
    socket,
    write: (text) => socket.send(text, (error) => error && socket.emit('error', error)),
    stop: () => socket.close(),
  });
}

async function tcp({ address, port }, flow) {
  const socket = net.connect({ host: address, port, noDelay: true });
  socket.on('error', ({ code }) => end(flow, code));
  socket.on('close', () => end(flow, 'closed'));
  const lines = createInterface(socket).on('line', (line) => heard(flow, line));
  lines.on('error', () => undefined);
  Object.assign(flow, { socket, write: (text) => socket.write(`${text}\n`), stop: () => socket.destroy() });
  await once(socket, 'connect');
}

async function ws({ address, port, path = '/' }, flow) {
  const host = address.includes(':') ? `[${address}]` : address;
  const socket = new WebSocket(`ws://${host}:${port}${path}`);
  socket.on('error', ({ code, message }) => end(flow, code ?? message));
  socket.on('close', () => end(flow, 'closed'));
  socket.on('message', (data) => heard(flow, data.toString()));
  Object.assign(flow, { socket, write: (text) => socket.send(text), stop: () => socket.terminate() });
  await once(socket, 'open');
}

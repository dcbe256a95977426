// So many WebSockets to a URL, in a process of their own: says `open`, and `heard` each time that all have got an event.
import { once } from 'node:events';
import { WebSocket } from 'ws';

/** Connections that are opened at once. */
const AT_ONCE = 100;

const [, , url, number] = process.argv;
const count = Number(number);
let heard = 0;
for (let open = 0; open < count; open += AT_ONCE) {
  const some = Array.from({ length: Math.min(AT_ONCE, count - open) }, () => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    socket.on('message', (data) => {
      if (!data.includes('room.moved')) return;
      heard = (heard + 1) % count;
      if (heard === 0) process.send('heard');
    });
    return socket;
  });
  await Promise.all(some.map((socket) => once(socket, 'open')));
}
process.send('open');

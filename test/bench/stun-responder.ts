/**
 * The other side of the health bench, in a process of its own: one UDP port that answers STUN as a media worker
 * does, signed, and sends everything else back as it came. Tells its port and credentials to whoever forked it.
 */
import { createSocket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { decodeMessage, encodeMessage, looksLikeStun, verifyIntegrity } from '../../src/stun/message.ts';

const credentials = {
  usernameFragment: randomBytes(8).toString('hex'),
  password: randomBytes(16).toString('hex'),
};
const socket = createSocket({ type: 'udp4', recvBufferSize: 8 * 1024 * 1024 });

socket.on('message', (packet, { address, port }) => {
  if (!looksLikeStun(packet)) {
    socket.send(packet, port, address);
    return;
  }
  const request = decodeMessage(packet);
  if (!verifyIntegrity(packet, request, credentials.password)) return;
  const { transactionId } = request;
  const mappedAddress = { family: 4, address, port } as const;
  const answer = { class: 'success', transactionId, mappedAddress } as const;
  socket.send(encodeMessage(answer, { password: credentials.password }), port, address);
});
socket.bind(0, '127.0.0.1', () => process.send?.({ port: socket.address().port, credentials }));
process.on('disconnect', () => process.exit());

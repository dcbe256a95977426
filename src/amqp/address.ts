/** Where a broker is and as whom to speak to it, by the URI scheme of RabbitMQ (rabbitmq.com/docs/uri-spec). Pure. */

export interface AmqpAddress {
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly vhost: string;
}

const FORM = 'write amqp://USER:PASSWORD@HOST[:PORT][/VHOST], amqps:// for TLS';
const PORTS = { 'amqp:': 5672, 'amqps:': 5671 } as const;

/** @throws RangeError that says what is wrong, without the text: it has a password in it */
export function parseAmqpAddress(text: string): AmqpAddress {
  if (!URL.canParse(text))
    throw new RangeError(`is no address; ${FORM}; / ? # @ : of a password are %-escaped`);
  const { protocol, username, password, hostname, port, pathname, search, hash } = new URL(text);
  if (protocol !== 'amqp:' && protocol !== 'amqps:') throw new RangeError(`has another scheme; ${FORM}`);
  if (search !== '' || hash !== '') throw new RangeError(`takes no ? or #; ${FORM}`);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (!/^([A-Za-z0-9_.-]+|[0-9a-f:.]*:[0-9a-f:.]*)$/.test(host)) throw new RangeError(`has no host; ${FORM}`);
  if (username === '' || password === '') throw new RangeError(`needs a user and a password; ${FORM}`);
  const vhost = pathname.slice(1);
  if (vhost.includes('/')) throw new RangeError(`has a / in its virtual host: write it as %2F; ${FORM}`);
  return {
    tls: protocol === 'amqps:',
    host,
    port: port === '' ? PORTS[protocol] : Number(port),
    user: decoded('user', username),
    password: decoded('password', password),
    vhost: vhost === '' ? '/' : decoded('virtual host', vhost),
  };
}

/** The address for people: without the password. */
export function formatAmqpAddress({ tls, host, port, user, vhost }: AmqpAddress): string {
  const authority = `${encodeURIComponent(user)}@${host.includes(':') ? `[${host}]` : host}:${port}`;
  return `amqp${tls ? 's' : ''}://${authority}/${encodeURIComponent(vhost)}`;
}

function decoded(what: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RangeError(`has a ${what} with a broken % escape: write % itself as %25`);
  }
}

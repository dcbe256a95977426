import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { CliError } from '../../../src/cli/exit.ts';
import { parseTarget } from '../../../src/cli/probe/target.ts';

const at = (host: string, port: number) => ({
  host: host.includes(':') ? { family: 6, text: host } : { family: 4, text: host },
  port,
});

describe('a target', () => {
  for (const [text, expected] of [
    ['sfu-1', { kind: 'node' }],
    ['stun://127.0.0.1:40000', { kind: 'stun', ...at('127.0.0.1', 40000), transport: 'udp' }],
    ['stun://127.0.0.1', { kind: 'stun', ...at('127.0.0.1', 3478), transport: 'udp' }],
    ['stun://[::1]:40000/?transport=tcp', { kind: 'stun', ...at('::1', 40000), transport: 'tcp' }],
    ['tcp://[2001:DB8:0::1]:443', { kind: 'tcp', ...at('2001:db8::1', 443) }],
    ['tcp://sfu-1.example.net:443', { kind: 'tcp', host: 'sfu-1.example.net', port: 443 }],
    [
      'http://127.0.0.1/health?x=1',
      { kind: 'http', ...at('127.0.0.1', 80), tls: 'off', path: '/health?x=1' },
    ],
    ['https://127.0.0.1', { kind: 'http', ...at('127.0.0.1', 443), tls: 'verify', path: '/' }],
    [
      'janus://127.0.0.1',
      { kind: 'janus', ...at('127.0.0.1', 8088), tls: 'off', path: '/janus', adminPort: 7088 },
    ],
    [
      'janus+https://127.0.0.1:8089/j?admin=7889',
      { kind: 'janus', ...at('127.0.0.1', 8089), tls: 'verify', path: '/j', adminPort: 7889 },
    ],
  ] as const) {
    test(text, () => assert.deepEqual(parseTarget(text), { ...expected, text }));
  }

  test('takes any certificate where that is wanted, and plain HTTP stays plain', () => {
    const tls = (text: string) => {
      const target = parseTarget(text, { insecure: true });
      return 'tls' in target && target.tls;
    };
    assert.deepEqual(['https://h', 'http://h', 'janus+https://h'].map(tls), ['insecure', 'off', 'insecure']);
  });

  for (const [text, says] of [
    ['127.0.0.1:40000', /stun:\/\/127\.0\.0\.1:40000/],
    ['-x', /neither the id of a node nor a URL/],
    ['icmp://127.0.0.1', /icmp:\/\/ is no way to probe/],
    ['tcp://127.0.0.1', /has no port/],
    ['tcp://127.0.0.1:0', /no port: "0"/],
    ['tcp://127.0.0.1:70000', /is not a URL/],
    ['tcp://127.0.0.1:80/x', /has a path/],
    // URLs make another address of these.
    ['http://010.0.0.1/', /"010\.0\.0\.1" is neither/],
    ['http://127.1/', /"127\.1" is neither/],
    ['tcp://[fe80::1%25eth0]:80', /zone/],
    ['stun://127.0.0.1:1?transport=sctp', /no transport: "sctp"/],
    ['stun://127.0.0.1:1?tranpsort=tcp', /\?tranpsort= means nothing here .*\?transport=/],
    ['stun://127.0.0.1:1?transport=udp&transport=tcp', /once/],
    ['tcp://127.0.0.1:1?transport=tcp', /means nothing here/],
    ['janus://127.0.0.1/janus?admin=x', /no port: "x"/],
    ['http://127.0.0.1/#top', /fragment/],
  ] as const) {
    test(`${text} is refused, and it is said what would do`, () => {
      assert.throws(
        () => parseTarget(text),
        (error) => error instanceof CliError && error.code === 2 && says.test(error.message),
      );
    });
  }

  test('that holds a secret is refused without repeating it', () => {
    assert.throws(
      () => parseTarget('stun://ufrag:sesame@127.0.0.1:40000'),
      ({ message }: Error) => message.includes('--password-file') && !message.includes('sesame'),
    );
  });

  test('never ends in anything but a target or bad input', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.constantFrom('stun', 'http', 'tcp', 'janus'), fc.string())
        .map(([scheme, rest]) => `${scheme}://${rest}`),
    );
    fc.assert(
      fc.property(text, (given) => {
        try {
          const target = parseTarget(given);
          assert.equal(target.text, given);
          assert.ok(target.kind === 'node' || (target.port > 0 && target.port < 65_536));
        } catch (error) {
          assert.ok(error instanceof CliError && error.code === 2, String(error));
        }
      }),
    );
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SignJWT } from 'jose';
import { NodeCredentials } from '../../src/auth/node-credentials.ts';
import { newNodeKey, parseNodeKeys, type NodeKey } from '../../src/auth/node-key.ts';

const START = 1_800_000_000_000;
const LIVES = { enrolment: 900_000, credential: 3_600_000 };

function keysOf(...lines: string[]): readonly NodeKey[] {
  const { keys, faults } = parseNodeKeys(lines.join('\n'), 'keys');
  assert.deepEqual(faults, []);
  return keys;
}

function clocked(keys: readonly NodeKey[] = keysOf(newNodeKey())) {
  const clock = { now: START };
  return { clock, credentials: new NodeCredentials({ keys, lives: LIVES, now: () => clock.now }) };
}

async function refusal(credentials: NodeCredentials, token: string): Promise<string> {
  const verdict = await credentials.verify(token);
  assert.ok('refused' in verdict, 'it is refused');
  return verdict.refused;
}

describe('the file of keys', () => {
  const [one, two, three] = [newNodeKey(), newNodeKey(), newNodeKey()];

  test('has one or two, the first of which signs, and comments', () => {
    const both = keysOf('# of 2026', one, '', `  ${two} # next`);
    assert.deepEqual(
      both.map(({ id }) => id),
      [...keysOf(one), ...keysOf(two)].map(({ id }) => id),
    );
    assert.ok(both.every(({ secret }) => secret.length === 32));
  });

  test('is refused by line for what is none, and a key is never repeated', () => {
    const wrong: readonly (readonly [string, number, RegExp])[] = [
      ['', 1, /no key/],
      ['# nothing', 1, /no key/],
      [`${one}\n${two}\n${three}`, 3, /more than 2/],
      [`${one}\n${one}`, 2, /twice/],
      [one.slice(0, -1), 1, /at least 43/],
      [`${one} ${two}`, 1, /is no key/],
      [one.replace('rlbk_', 'rlb_'), 1, /rlbk_/],
    ];
    for (const [text, line, said] of wrong) {
      const [fault] = parseNodeKeys(text, 'keys').faults;
      assert.equal(fault?.line, line);
      assert.match(fault.message, said);
      for (const key of [one, two, three]) assert.ok(!JSON.stringify(fault).includes(key.slice(5, 20)));
    }
  });
});

describe('credentials of nodes', () => {
  test('name one node, and what they are good for', async () => {
    const { credentials } = clocked();
    const enrolment = await credentials.grant('enrolment', 'sfu-1');
    const credential = await credentials.grant('credential', 'sfu-1');
    assert.deepEqual(
      [enrolment.expires - START, enrolment.expiresIn, credential.expires - START, credential.expiresIn],
      [900_000, 900, 3_600_000, 3600],
    );
    const [first, second] = [
      await credentials.verify(enrolment.secret),
      await credentials.verify(credential.secret),
    ];
    assert.ok('principal' in first && 'principal' in second);
    assert.deepEqual([first.principal.name, first.principal.nodes], ['enrolment/sfu-1', ['sfu-1']]);
    assert.deepEqual([...first.principal.scopes], ['nodes:enrol']);
    assert.deepEqual([second.principal.name, second.principal.nodes], ['node/sfu-1', ['sfu-1']]);
    assert.ok(second.principal.routes?.has('PUT /v1/nodes/:id/registration'));
  });

  test('end at their time, each with what to do then', async () => {
    const { clock, credentials } = clocked();
    const enrolment = await credentials.grant('enrolment', 'sfu-1');
    const credential = await credentials.grant('credential', 'sfu-1');
    clock.now = enrolment.expires - 1;
    assert.ok('principal' in (await credentials.verify(enrolment.secret)));
    clock.now = enrolment.expires;
    assert.match(await refusal(credentials, enrolment.secret), /expired.*roomlb enroll/);
    assert.ok('principal' in (await credentials.verify(credential.secret)));
    clock.now = credential.expires;
    assert.match(await refusal(credentials, credential.secret), /expired.*roomlb enroll/);
  });

  test('are refused once a single character is another one, or one kind is shown as the other', async () => {
    const { credentials } = clocked();
    const { secret } = await credentials.grant('credential', 'sfu-1');
    const enrolment = await credentials.grant('enrolment', 'sfu-1');
    const swapped = enrolment.secret.replace('rlb_enrolment.', 'rlb_node.');
    const [prefix = '', head = '', , mark = ''] = secret.split('.');
    const other = Buffer.from(JSON.stringify({ sub: 'sfu-2', exp: 4e9 })).toString('base64url');
    const bad = [swapped, [prefix, head, other, mark].join('.'), `${prefix}.`, `${prefix}.a.b.c`];
    // Not the last one of the signature, some of whose bits mean nothing.
    for (let at = prefix.length + 1; at < secret.length - 1; at += 7) {
      const letter = secret[at] === 'A' ? 'B' : 'A';
      if (secret[at] !== '.') bad.push(secret.slice(0, at) + letter + secret.slice(at + 1));
    }
    for (const token of bad) {
      assert.ok(credentials.takes(token));
      assert.match(await refusal(credentials, token), /not made by a key/);
    }
  });

  test('of a key that is unknown, of no algorithm, or without an end are refused', async () => {
    const keys = keysOf(newNodeKey());
    const [{ id, secret } = assert.fail()] = keys;
    const { credentials } = clocked(keys);
    const make = async (header: object, end: boolean, sub: string) => {
      const jwt = new SignJWT({ sub }).setProtectedHeader({
        alg: 'HS256',
        kid: id,
        typ: 'roomlb-node+jwt',
        ...header,
      });
      if (end) jwt.setExpirationTime(START / 1000 + 60);
      return `rlb_node.${await jwt.sign(secret)}`;
    };
    assert.ok('principal' in (await credentials.verify(await make({}, true, 'sfu-1'))));
    for (const [header, end, sub] of [
      [{ kid: 'other' }, true, 'sfu-1'],
      [{ kid: undefined }, true, 'sfu-1'],
      [{ typ: 'JWT' }, true, 'sfu-1'],
      [{ alg: 'HS512' }, true, 'sfu-1'],
      [{}, false, 'sfu-1'],
      [{}, true, '../sfu-1'],
    ] as const)
      await refusal(credentials, await make(header, end, sub));
    const unsigned = [
      { alg: 'none', kid: id, typ: 'roomlb-node+jwt' },
      { sub: 'sfu-1', exp: 4e9 },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    await refusal(credentials, `rlb_node.${unsigned}.`);
  });

  test('hold at every replica with the key, while it changes, and no longer', async () => {
    const [old, next] = [newNodeKey(), newNodeKey()];
    const [one, two] = [clocked(keysOf(old)).credentials, clocked(keysOf(old, next)).credentials];
    const before = (await one.grant('credential', 'sfu-1')).secret;
    assert.ok('principal' in (await two.verify(before)));
    two.replace(keysOf(next, old));
    one.replace(keysOf(old, next));
    const after = (await two.grant('credential', 'sfu-1')).secret;
    for (const replica of [one, two])
      for (const secret of [before, after]) assert.ok('principal' in (await replica.verify(secret)));
    two.replace(keysOf(next));
    assert.match(await refusal(two, before), /its key was withdrawn/);
    assert.ok('principal' in (await two.verify(after)));
    assert.match(await refusal(clocked().credentials, after), /not made by a key/);
  });
});

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  UnsecuredJWT,
  type CryptoKey,
  type JSONWebKeySet,
} from 'jose';
import { JwtAuthenticator } from '../../src/auth/jwt.ts';

const [issuer, audience] = ['https://id.example.net', 'roomlb'];
const NOW = 1_800_000_000;

interface Signer {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JSONWebKeySet['keys'][number];
}

async function signer(kid: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256' } };
}

const GOOD = { iss: issuer, aud: audience, sub: 'ann', exp: NOW + 600, scope: 'read openid rooms:write' };
const sign = ({ kid, privateKey }: Signer, claims: object = GOOD) =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey);

/** With something where the signature would be, else it has not even the form. */
const unsigned = (alg: string) =>
  [{ alg, kid: 'rsa' }, GOOD]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat('AA')
    .join('.');

describe('tokens of an issuer', () => {
  let one: Signer;
  let two: Signer;
  before(async () => {
    [one, two] = await Promise.all([signer('one'), signer('two')]);
  });
  const jwtOf = (now: () => number = () => NOW * 1000, refresh: () => Promise<JSONWebKeySet> = dead) =>
    new JwtAuthenticator({ issuer, audience, keys: { keys: [one.jwk] }, refresh, now });
  const dead = () => Promise.reject(new Error('no answer'));

  test('are good for the scopes that RoomLB knows, and the second time without a wait', async () => {
    const jwt = jwtOf();
    const token = await sign(one);
    assert.ok(jwt.takes(token));
    const verdict = await jwt.verify(token);
    assert.ok('principal' in verdict);
    assert.deepEqual(
      [verdict.principal.name, [...verdict.principal.scopes]],
      ['jwt/ann', ['read', 'rooms:write']],
    );
    assert.equal(verdict.principal.nodes, null);
    assert.equal(jwt.verify(token), verdict);
    const node = await jwt.verify(await sign(one, { ...GOOD, sub: 'a:b/c', roomlb_node: 'sfu-1' }));
    assert.ok('principal' in node);
    assert.deepEqual([node.principal.name, node.principal.nodes], ['jwt/a%3Ab%2Fc', ['sfu-1']]);
  });

  test('are refused for any claim that is not right, and after they expire', async () => {
    let now = NOW * 1000;
    const jwt = jwtOf(() => now);
    const wrong: object[] = [
      { iss: 'https://evil.example' },
      { aud: 'other' },
      { exp: NOW - 60 },
      { exp: undefined },
      { nbf: NOW + 60 },
      { sub: undefined },
      { sub: '' },
      { sub: 7 },
      { sub: ['ann'] },
      { roomlb_node: '../x' },
      { roomlb_node: ['sfu-1'] },
    ];
    for (const claims of wrong)
      assert.ok(
        'refused' in (await jwt.verify(await sign(one, { ...GOOD, ...claims }))),
        JSON.stringify(claims),
      );
    const token = await sign(one);
    assert.ok('principal' in (await jwt.verify(token)));
    now += 700_000;
    assert.ok('refused' in (await jwt.verify(token)));
  });

  test('are not remembered by a key that went while they were checked', async () => {
    const jwt = jwtOf();
    const token = await sign(one);
    const checking = jwt.verify(token);
    jwt.replace({ keys: [two.jwk] });
    assert.ok('principal' in (await checking));
    assert.ok('refused' in (await jwt.verify(token)));
  });

  test('are refused unsigned, signed by a shared secret, by another key, or changed', async () => {
    const jwt = jwtOf();
    const secret = new TextEncoder().encode(JSON.stringify(one.jwk));
    const [header, claims, signature] = (await sign(one)).split('.');
    const more = Buffer.from(JSON.stringify({ ...GOOD, scope: 'topology:write' })).toString('base64url');
    const tokens = [
      `${new UnsecuredJWT({ ...GOOD }).encode()}x`,
      await new SignJWT({ ...GOOD }).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(secret),
      await sign({ ...two, kid: 'one' }),
      `${header}.${more}.${signature}`,
      `${header}.${claims}.${signature!.slice(0, -4)}AAAA`,
    ];
    for (const token of tokens) {
      const verdict = await jwt.verify(token);
      assert.ok('refused' in verdict && !verdict.refused.includes(token), token);
    }
    assert.equal(jwt.takes(new UnsecuredJWT({ ...GOOD }).encode()), false);
    assert.equal(jwt.takes('x'.repeat(9000)), false);
  });

  test('are refused by name for an algorithm that is not on the list, whatever key it would take', async () => {
    const rsa = await generateKeyPair('RS256', { extractable: true });
    const jwk = { ...(await exportJWK(rsa.publicKey)), kid: 'rsa' };
    const keys = { keys: [jwk, { kty: 'oct', kid: 'oct', k: Buffer.alloc(64, 7).toString('base64url') }] };
    const jwt = new JwtAuthenticator({ issuer, audience, keys, refresh: dead, now: () => NOW * 1000 });
    const by = (alg: string, kid: string, key: CryptoKey | Uint8Array) =>
      new SignJWT({ ...GOOD }).setProtectedHeader({ alg, kid }).sign(key);
    assert.ok('principal' in (await jwt.verify(await by('RS256', 'rsa', rsa.privateKey))));

    const pem = new TextEncoder().encode(await exportSPKI(rsa.publicKey));
    const forged = [
      ...['none', 'None', 'nOnE'].map(unsigned),
      ...(await Promise.all(['HS256', 'HS384', 'HS512'].map((alg) => by(alg, 'rsa', pem)))),
      await by('HS256', 'rsa', new TextEncoder().encode(JSON.stringify(jwk))),
      await by('HS256', 'oct', Buffer.alloc(64, 7)),
    ];
    for (const token of forged) {
      const verdict = await jwt.verify(token);
      assert.match('refused' in verdict ? verdict.refused : 'taken', /"alg".* not allowed/, token);
    }
  });

  test('are refused by a key that is for something else than signatures, or for another algorithm', async () => {
    const jwkOf = (more: object) => ({ keys: [{ ...one.jwk, ...more }] });
    const verdictBy = async (more: object) => {
      const options = { issuer, audience, refresh: dead, now: () => NOW * 1000 };
      return new JwtAuthenticator({ ...options, keys: jwkOf(more) }).verify(await sign(one));
    };
    for (const fine of [{}, { use: 'sig' }, { key_ops: ['verify'] }, { alg: undefined }])
      assert.ok('principal' in (await verdictBy(fine)), JSON.stringify(fine));
    for (const other of [{ use: 'enc' }, { key_ops: ['encrypt'] }, { alg: 'ES384' }, { alg: 'ECDH-ES' }])
      assert.ok('refused' in (await verdictBy(other)), JSON.stringify(other));
  });

  test('by a new key are good once it can be asked for, by a former one no more; until then the former holds', async () => {
    let [now, asked] = [NOW * 1000, 0];
    let answer: () => Promise<JSONWebKeySet> = dead;
    const jwt = jwtOf(
      () => now,
      () => {
        asked++;
        return answer();
      },
    );
    const [old, next] = [await sign(one), await sign(two)];
    assert.ok('principal' in (await jwt.verify(old)));
    for (let i = 0; i < 5; i++) assert.ok('refused' in (await jwt.verify(next)));
    assert.equal(asked, 1);
    assert.ok('principal' in (await jwt.verify(old)));
    answer = () => Promise.resolve({ keys: [two.jwk] });
    now += 31_000;
    assert.ok('principal' in (await jwt.verify(next)));
    assert.ok('refused' in (await jwt.verify(old)));
    assert.equal(asked, 2);
  });
});

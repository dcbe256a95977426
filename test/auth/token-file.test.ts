import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { SCOPES } from '../../src/auth/scope.ts';
import { parseTokenFile, tokenLine, type TokenEntry } from '../../src/auth/token-file.ts';
import { TokenTable } from '../../src/auth/token-table.ts';
import { hashToken, newToken } from '../../src/auth/token.ts';

const HASH = 'ab'.repeat(32);

function faultsOf(text: string): string[] {
  return parseTokenFile(text, 'tokens').faults.map(({ line, message }) => `${line}: ${message}`);
}

describe('the tokens file', () => {
  test('is read as it is written', () => {
    const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/);
    const entry: fc.Arbitrary<TokenEntry> = fc.record(
      {
        name: id,
        hash: fc.stringMatching(/^[0-9a-f]{64}$/),
        scopes: fc.subarray([...SCOPES], { minLength: 1 }),
        expires: fc.option(fc.integer({ min: 0, max: 4e12 })),
        node: fc.option(id),
      },
      { noNullPrototype: true },
    );
    const entries = fc.uniqueArray(entry, { selector: ({ name }) => name, maxLength: 20 });
    fc.assert(
      fc.property(entries, (some) => {
        const text = ['# people', '', ...some.map(tokenLine)].join('\n');
        assert.deepEqual(parseTokenFile(text, 'tokens'), { entries: some, faults: [] });
      }),
    );
  });

  test('tells every fault by its line, and none of what may be a token', () => {
    const secret = newToken();
    const text = [
      `ann sha256:${HASH} read # fine`,
      `ann sha256:${'cd'.repeat(32)} read`,
      `bob sha256:${HASH} read`,
      `eve ${secret} read`,
      `sam sha256:${'ef'.repeat(32)} read,write`,
      `sam sha256:${'01'.repeat(32)}`,
      `sam sha256:${'02'.repeat(32)} read expires=soon`,
      `sam sha256:${'03'.repeat(32)} read node=-`,
      `sam sha256:${'04'.repeat(32)} read colour=red`,
      `- sha256:${'05'.repeat(32)} read`,
    ].join('\r\n');
    const faults = faultsOf(text);
    assert.deepEqual(
      faults.map((fault) => fault.split(':')[0]),
      ['2', '3', '4', '5', '6', '7', '8', '9', '10'],
    );
    assert.match(faults[0]!, /the name ann is on line 1/);
    assert.match(faults[1]!, /the hash is on line 1/);
    assert.match(faults[3]!, /no scope "write"/);
    assert.ok(!JSON.stringify(parseTokenFile(text, 'tokens').faults).includes(secret));
  });
});

describe('tokens', () => {
  const entryOf = (token: string, expires: number | null = null): TokenEntry => ({
    name: 'ann',
    hash: hashToken(token),
    scopes: ['read'],
    expires,
    node: null,
  });

  test('are known until they expire, or are withdrawn', () => {
    const token = newToken();
    let now = 1000;
    const table = new TokenTable([entryOf(token, 2000)], () => now);
    const verdict = table.verify(token);
    assert.ok('principal' in verdict && verdict.principal.name === 'ann');
    now = 2000;
    assert.deepEqual(table.verify(token), { refused: 'the token has expired' });
    now = 1000;
    table.replace([entryOf(newToken())]);
    assert.ok('refused' in table.verify(token));
  });

  test('have a form that nothing else has, and are never the same', () => {
    const table = new TokenTable([], Date.now);
    const tokens = Array.from({ length: 100 }, newToken);
    assert.equal(new Set(tokens).size, 100);
    assert.ok(tokens.every((token) => table.takes(token)));
    for (const other of ['', 'rlb_', 'eyJ.eyJ.sig', `${tokens[0]!}x`])
      assert.equal(table.takes(other), false);
  });
});

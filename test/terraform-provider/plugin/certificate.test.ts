import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCertificate } from '../../../src/terraform-provider/plugin/certificate.ts';

const NO_OPENSSL = spawnSync('openssl', ['version']).status === 0 ? false : 'needs openssl';

test('every one of thousands is read, signs itself and belongs to its key', () => {
  const lengths = new Set<number>();
  for (let count = 0; count < 2000; count += 1) {
    const { der, certificatePem, keyPem } = makeCertificate();
    const found = new X509Certificate(certificatePem);
    assert.ok(found.verify(found.publicKey));
    assert.ok(found.checkPrivateKey(createPrivateKey(keyPem)));
    assert.equal(found.checkHost('localhost'), 'localhost');
    assert.deepEqual(found.raw, der);
    assert.match(
      certificatePem,
      /^-----BEGIN CERTIFICATE-----\n(?:[\w+/]{64}\n)*[\w+/]{1,64}={0,2}\n-----END/,
    );
    lengths.add(der.length % 3);
  }
  // A signature is shorter now and then: with and without padding in base64.
  assert.ok(lengths.size > 1);
});

test('it holds from yesterday on, by its own clock, and is for localhost alone', () => {
  const found = new X509Certificate(makeCertificate(new Date('2027-01-31T23:59:59Z')).certificatePem);
  assert.equal(found.validFrom, 'Jan 30 23:59:59 2027 GMT');
  assert.equal(found.validTo, 'Mar  2 23:59:59 2027 GMT');
  assert.equal(found.subjectAltName, 'DNS:localhost');
  assert.equal(found.checkHost('example.net'), undefined);
  assert.ok(found.ca);
});

test('openssl accepts it as its own root, strictly', { skip: NO_OPENSSL }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'roomlb-certificate-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'certificate.pem');
  for (let count = 0; count < 20; count += 1) {
    writeFileSync(file, makeCertificate().certificatePem);
    const verify = ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', file, file];
    const { status, stderr } = spawnSync('openssl', verify, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  }
});

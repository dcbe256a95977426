import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RoomlbError } from '../../../src/client/error.ts';
import { refusal } from '../../../src/terraform-provider/client/dispatcher-api.ts';

test('who does not trust the certificate is told where to name its authority; who finds nobody, where to look', () => {
  const untrusted = [
    'self-signed certificate in certificate chain',
    'unable to verify the first certificate',
    'unable to get local issuer certificate',
  ];
  for (const message of untrusted)
    assert.match(refusal(new RoomlbError(message)).message, /ca_file/, message);
  const silent = refusal(new RoomlbError('connect ECONNREFUSED 127.0.0.1:8080')).message;
  assert.match(silent, /Does it run/);
  assert.doesNotMatch(silent, /ca_file/);
});

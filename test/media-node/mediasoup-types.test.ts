/** The shapes in src/media-node/mediasoup.ts, held against mediasoup's own declarations. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { mediasoupEntry } from '../../scripts/mediasoup-worker/find.mjs';

const entry = mediasoupEntry();
const declarations = entry === undefined ? '' : join(dirname(entry), 'index.d.ts');
const skip = existsSync(declarations) ? false : 'mediasoup is not installed (npm run mediasoup:worker)';

const ours = fileURLToPath(new URL('../../src/media-node/mediasoup.ts', import.meta.url));

/** What the compiler says of a program that takes mediasoup's module for a value of `type`. */
function complaints(type: string): string[] {
  const name = fileURLToPath(new URL('held-against.ts', import.meta.url));
  const text = `
    import type * as theirs from ${JSON.stringify(declarations)};
    import type { Mediasoup } from ${JSON.stringify(ours)};
    type Server = theirs.types.WebRtcServer;
    declare const given: typeof theirs;
    export const taken: ${type} = given;
  `;
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
  };
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (file, version) =>
    file === name ? ts.createSourceFile(file, text, version) : read(file, version);
  const program = ts.createProgram([name], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

test("mediasoup's module is what media nodes take it for", { skip }, () => {
  assert.deepEqual(complaints('Mediasoup<Server>'), []);
});

test('a shape that it does not have would be noticed', { skip }, () => {
  assert.match(complaints('Mediasoup<Server> & { createWorker(): Promise<{ fly(): void }> }').join(), /fly/);
});

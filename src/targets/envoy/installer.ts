/**
 * The script that puts the files in their place. Envoy notices files that are moved into place, not ones that are
 * written where they are; and clusters have to be there before what leads to them.
 */
import type { Intent } from '../../intent/model.ts';
import { deviceHeader } from '../dialect/header.ts';
import type { Finding, RenderedFile } from '../target.ts';
import { BOOTSTRAP_FILE, FOLDER, INSTALLER } from './names.ts';

const PURPOSE = [
  `sh ${INSTALLER} [FOLDER] puts the files beside it into ${FOLDER}, which is roomlb's own.`,
  'Envoy takes over what changed, without a restart. FOLDER: where Envoy has that mounted.',
];

/** In the order in which Envoy may be told of them. */
export function installerFile(
  intent: Intent,
  files: readonly RenderedFile[],
  findings: readonly Finding[],
): RenderedFile {
  const lines = [
    '#!/bin/sh',
    ...deviceHeader('envoy', intent, PURPOSE, findings, '#'),
    ...SCRIPT,
    ...files.filter(({ path }) => path !== BOOTSTRAP_FILE).map(({ path }) => `put ${path}`),
    `put ${BOOTSTRAP_FILE} && echo "${BOOTSTRAP_FILE} changed: restart Envoy"`,
    'exit 0',
    '',
  ];
  return { path: INSTALLER, content: lines.join('\n'), mode: 0o755 };
}

/** `put` tells whether the file changed. The copy is in the same folder, so that to move it is atomic. */
const SCRIPT = [
  'set -u',
  'from=$(dirname "$0")',
  `to=\${1:-${FOLDER}}`,
  'mkdir -p "$to" || exit 1',
  'put() {',
  '  cmp -s "$from/$1" "$to/$1" && return 1',
  '  cp "$from/$1" "$to/.$1.new" && mv "$to/.$1.new" "$to/$1" || exit 1',
  '}',
];

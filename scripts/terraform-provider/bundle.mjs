// One file out of a provider and all that it needs, so that a host has to have Node and nothing else.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../setup.mjs';

export const { version: VERSION } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/**
 * Writes `terraform-provider-NAME_vVERSION` and what belongs beside it, and nothing else, to a folder. The
 * extension of that name is a number, with which Node takes a file for a module by the nearest package.json alone.
 *
 * @returns the path of the executable
 */
export async function bundleProvider({ entry, folder, name = 'roomlb', version = VERSION }) {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(root, entry)],
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // Names stay, for the sake of stack traces in bug reports.
    minifyWhitespace: true,
    minifySyntax: true,
    keepNames: true,
    legalComments: 'none',
    // Packages made for modules may ask where they are.
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: {
      js: "#!/usr/bin/env node\nconst importMetaUrl = require('node:url').pathToFileURL(__filename).href;",
    },
    plugins: [versionPlugin(version)],
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const executable = join(folder, `terraform-provider-${name}_v${version}`);
  writeFileSync(executable, outputFiles[0].contents);
  chmodSync(executable, 0o755);
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}\n');
  writeFileSync(join(folder, 'LICENSES.txt'), licenses(Object.keys(metafile.inputs)));
  return executable;
}

/** src/version.ts reads a file that the bundle does not have. */
function versionPlugin(version) {
  return {
    name: 'version',
    setup: ({ onLoad }) =>
      onLoad({ filter: /[/\\]src[/\\]version\.ts$/ }, () => ({
        contents: `export const VERSION = ${JSON.stringify(version)};`,
        loader: 'ts',
      })),
  };
}

/** Of every package that is in the bundle: most of them ask for it. */
function licenses(inputs) {
  const packages = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return ['', ...new Set(packages.sort())]
    .map((path) => {
      const folder = join(root, path);
      const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
      const text = file ? readFileSync(join(folder, file), 'utf8') : 'see its package.json';
      return `${path === '' ? 'roomlb' : describe(folder)}\n\n${text.trim()}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function describe(folder) {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return folder.slice(root.length);
  const { name, version, license } = JSON.parse(readFileSync(file, 'utf8'));
  return `${name} ${version} (${license})`;
}

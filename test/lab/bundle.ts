/**
 * A test file, and what it starts, as plain scripts with all that they import: a guest takes ten seconds to read
 * the same from hundreds of files, and to compile each.
 */
import { build as bundleWith, type Plugin } from 'esbuild';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * @param entries by the names that they shall have in the folder, without `.mjs`
 */
export async function bundle(entries: Readonly<Record<string, string>>, folder: string): Promise<void> {
  await bundleWith({
    entryPoints: entries,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Packages that are CommonJS ask for Node's own modules by this.
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(${JSON.stringify(import.meta.url)});`,
    },
    plugins: [whereItWas, native],
    logLevel: 'error',
  });
}

/** Files beside a source file are found from there, wherever the bundle is. */
const whereItWas: Plugin = {
  name: 'where it was',
  setup(build) {
    build.onLoad({ filter: /\.m?[jt]s$/, namespace: 'file' }, async ({ path: file }) => ({
      loader: 'default',
      contents: (await readFile(file, 'utf8'))
        .replaceAll('import.meta.dirname', JSON.stringify(path.dirname(file)))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href)),
    }));
  },
};

/** Packages with machine code stay where they are. */
const native: Plugin = {
  name: 'native',
  setup(build) {
    build.onResolve({ filter: /^lmdb$/ }, ({ path: name }) => ({
      path: import.meta.resolve(name),
      external: true,
    }));
  },
};

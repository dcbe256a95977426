/** The fake provider of the schemas that a module needs, recovered from an npm package of CDK for Terraform. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recoverSchema, sourceOf, type RecoveredSchema } from './cdktf-schema.ts';
import { filesOfArchive } from './npm-package.ts';

/**
 * @param prefix of the provider's types, such as `aws`
 * @param folders with files that end in `.tf`
 */
export function recoverSchemas(
  archive: string,
  prefix: string,
  folders: readonly string[],
): RecoveredSchema[] {
  const texts = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.tf'))
      .map((file) => readFileSync(join(folder, file), 'utf8')),
  );
  const used = new RegExp(`^(resource|data) "${prefix}_(\\w+)"`, 'gm');
  const names = new Set(
    texts.flatMap((text) =>
      [...text.matchAll(used)].map(([, kind, name = '']) => {
        const kebab = name.replaceAll('_', '-');
        return kind === 'data' ? `data-${prefix}-${kebab}` : kebab;
      }),
    ),
  );
  const files = ['provider', ...names].map((name) => `package/lib/${name}/index.js`);
  return [...filesOfArchive(archive, files).values()].map((text) => recoverSchema(sourceOf(text)));
}

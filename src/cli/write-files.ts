import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../files/make-folder.ts';
import type { RenderedFile } from '../targets/target.ts';
import { unwritable } from './system-error.ts';

/** @throws CliError where one cannot be written; those before it are */
export async function writeFiles(files: readonly RenderedFile[], folder: string): Promise<void> {
  for (const { path, content, mode = 0o644 } of files) {
    const file = join(folder, path);
    try {
      await makeFolder(dirname(file));
      await writeFile(file, content, { mode });
    } catch (error) {
      throw unwritable(file, error);
    }
  }
}

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GENERATED_FOLDER, generatedFiles } from './generated.ts';

const files = await generatedFiles();
await rm(GENERATED_FOLDER, { recursive: true, force: true });
for (const [path, content] of files) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  process.stdout.write(`${path}\n`);
}

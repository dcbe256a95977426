import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DOCUMENT_FOLDER, GENERATED_FOLDER, generatedFiles, PROVIDER_FOLDER } from './generated.ts';

const files = await generatedFiles();
for (const folder of [GENERATED_FOLDER, DOCUMENT_FOLDER, PROVIDER_FOLDER])
  await rm(folder, { recursive: true, force: true });
for (const [path, content] of files) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  process.stdout.write(`${path}\n`);
}

/** A fake AWS provider: schemas of what some folders use, recovered from bindings that npm has. */
import { NO_TERRAFORM } from '../terraform-provider/terraform.ts';
import type { RecoveredSchema } from './cdktf-schema.ts';
import { npmArchive } from './npm-package.ts';
import { recoverSchemas } from './recovered-provider.ts';
import { startSchemaProvider, type SchemaProvider } from './schema-provider.ts';

/** CDK for Terraform's bindings of AWS provider 6.25. */
const BINDINGS = {
  name: '@cdktf/provider-aws',
  version: '21.22.1',
  integrity:
    'sha512-BuSHeaQFUL9l33pBzIMRT7cTQ69AM2mLtijjteCPhVQRmvuhuj9Lvfymf7knAMhYqAT6+Lrls9jiGVW/Us3zrQ==',
};

const archive = NO_TERRAFORM === false ? npmArchive(BINDINGS) : null;

/** Why tests that need them are skipped, or false. */
export const NO_AWS_SCHEMA: string | false =
  NO_TERRAFORM !== false
    ? NO_TERRAFORM
    : archive === null && `needs ${BINDINGS.name} ${BINDINGS.version} from npm, for its schemas`;

export interface AwsSchemas extends SchemaProvider {
  readonly schemas: readonly RecoveredSchema[];
}

/** @param folders with files that end in `.tf` */
export async function startAwsSchemas(folders: readonly string[]): Promise<AwsSchemas> {
  const schemas = recoverSchemas(archive ?? '', 'aws', folders);
  return { schemas, ...(await startSchemaProvider('hashicorp/aws', schemas)) };
}

import { Ajv, type Options } from 'ajv';
import type { FastifyInstance, FastifySchemaCompiler } from 'fastify';

const COMMON: Options = { allErrors: false, useDefaults: true, strict: false };

/**
 * Bodies are JSON, which has types: "1" is not 1, and unknown members are a mistake, not noise. Query and
 * path are text, so there numbers are read from it.
 */
export function installValidation(app: FastifyInstance): void {
  const exact = new Ajv({ ...COMMON, coerceTypes: false });
  const textual = new Ajv({ ...COMMON, coerceTypes: true });
  const compiler: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
    (httpPart === 'body' ? exact : textual).compile(schema);
  app.setValidatorCompiler(compiler);
}

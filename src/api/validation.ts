import { Ajv, type Options } from 'ajv';
import type { FastifyInstance, FastifySchemaCompiler } from 'fastify';

const COMMON: Options = { allErrors: false, useDefaults: true, strict: false };

/**
 * Bodies are JSON, which has types: "1" is not 1, and unknown members are a mistake, not noise. Query and
 * path are text, so there numbers are read from it.
 */
export function installValidation(app: FastifyInstance): void {
  allowEmptyBodies(app);
  const exact = new Ajv({ ...COMMON, coerceTypes: false });
  const textual = new Ajv({ ...COMMON, coerceTypes: true });
  const compiler: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
    (httpPart === 'body' ? exact : textual).compile(schema);
  app.setValidatorCompiler(compiler);
}

/** Some clients name a type although they send no body; that is the same as sending none. */
function allowEmptyBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else void parse(request, String(body), done);
  });
}

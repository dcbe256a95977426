import { Ajv, type Options } from 'ajv';
import type { FastifyBodyParser, FastifyInstance, FastifySchemaCompiler } from 'fastify';
import { Problem } from './problem.ts';

/** `verbose`: errors know their schema, so that they can name what would have been right. */
const COMMON: Options = { allErrors: false, useDefaults: true, strict: false, verbose: true };

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
  app.addContentTypeParser('application/json', { parseAs: 'string' }, jsonParser(app));
}

export const MERGE_PATCH = 'application/merge-patch+json';

/** Lets the PATCH routes of this plugin take merge patches under their own type (RFC 7396 §4). */
export function acceptMergePatch(app: FastifyInstance): void {
  const parse = jsonParser(app);
  app.addContentTypeParser<string>(MERGE_PATCH, { parseAs: 'string' }, (request, body, done) => {
    if (request.method === 'PATCH') void parse(request, body, done);
    else done(new Problem(415, 'unsupported-type', `${MERGE_PATCH} is for PATCH; send application/json`));
  });
}

function jsonParser(app: FastifyInstance): FastifyBodyParser<string> {
  const parse = app.getDefaultJsonParser('error', 'error');
  return (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else void parse(request, body, done);
  };
}

/** What the registry of nodes refuses, as problems. */
import { ProtocolError } from '../media-node/protocol.ts';
import { RegistrationError } from '../nodes/registration-error.ts';
import { Problem } from './problem.ts';

/** @throws Problem for what the registry refuses */
export function asProblem<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof ProtocolError) throw new Problem(400, 'invalid-registration', error.message);
    if (error instanceof RegistrationError) throw registrationProblem(error);
    throw error;
  }
}

function registrationProblem({ fault, message }: RegistrationError): Problem {
  switch (fault) {
    case 'unknown-node':
      return new Problem(404, 'no-such-entity', message);
    case 'wrong-kind':
    case 'no-media':
      return new Problem(422, 'not-a-media-node', message);
    case 'duplicate':
    case 'reassigned':
      return new Problem(409, 'node-connected', message);
    case 'version':
      return new Problem(400, 'invalid-registration', message);
  }
}

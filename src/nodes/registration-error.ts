import type { AssignmentError } from '../media-node/assignment.ts';

/** A node cannot be registered, or its connection not be taken. */
export class RegistrationError extends Error {
  override readonly name = 'RegistrationError';
  constructor(
    readonly fault: AssignmentError['fault'] | 'duplicate' | 'version' | 'reassigned',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

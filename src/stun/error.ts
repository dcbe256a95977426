/** What is wrong with a packet, for counting and for tests. */
export type StunFault =
  | 'too-short'
  | 'too-long'
  | 'not-stun'
  | 'bad-length'
  | 'bad-attribute'
  | 'too-many-attributes'
  | 'bad-fingerprint'
  | 'bad-field';

/** The only error that reading and writing STUN throws: for bytes from the network it is an everyday event. */
export class StunError extends Error {
  override readonly name = 'StunError';
  readonly fault: StunFault;

  constructor(fault: StunFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

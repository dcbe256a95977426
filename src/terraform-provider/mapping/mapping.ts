/** Between values of Terraform and documents of the REST API, both ways. */
import type { AttributePath } from '../plugin/diagnostics.ts';
import type { Attribute, Attributes } from '../plugin/schema.ts';
import type { ObjectValue, Value } from '../plugin/values.ts';

/** Steps from the root of a document, in its own spelling. */
export type DocumentPath = readonly (string | number)[];

/** One attribute's values and what they are in a document. */
export interface Codec {
  readonly shape: Pick<Attribute, 'type' | 'nested' | 'same'>;
  /**
   * JSON of a value that is not null; undefined where nothing of it is known yet.
   *
   * @param unknown is told the path of all that is left out since it is not known
   */
  readonly encode: (value: Value, path: DocumentPath, unknown: DocumentPath[]) => unknown;
  /** @throws TypeError for what the schema does not allow */
  readonly decode: (json: unknown) => Value;
  /** Where in the attribute something is that stands at a path of its document; as near as can be told. */
  readonly locate: (path: DocumentPath) => AttributePath;
}

/** What a mapping of the topology is in Terraform. */
export interface Mapping {
  readonly attributes: Attributes;
  readonly toDocument: (values: ObjectValue) => PartlyKnown;
  /** Null for what the document has not. @throws TypeError for what the schema does not allow */
  readonly toValues: (document: object) => ObjectValue;
  readonly locate: (path: DocumentPath) => AttributePath;
}

export interface PartlyKnown {
  readonly document: Readonly<Record<string, unknown>>;
  /** Paths of what is left out since it is not known. */
  readonly unknown: readonly DocumentPath[];
}

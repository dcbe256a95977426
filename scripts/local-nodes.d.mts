export interface LocalNode {
  readonly id: string;
  readonly addresses: readonly string[];
}
export function localNodes(file: string): Promise<readonly LocalNode[]>;

export declare const VERSION: string;
export declare function bundleProvider(options: {
  readonly entry: string;
  readonly folder: string;
  readonly name?: string;
  readonly version?: string;
}): Promise<string>;

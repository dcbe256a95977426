export declare function writeRelease(options: {
  readonly bundle: string;
  readonly folder: string;
  readonly name: string;
  readonly version: string;
}): string[];

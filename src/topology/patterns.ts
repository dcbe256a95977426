/**
 * The strict character sets of everything that ends up in generated text, and what each is called in
 * messages. Nothing outside them can reach a configuration file.
 */

/** Ids of clusters, VIPs, nodes and zones: names that every engine takes as they are. */
export const ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$';

/** The text of an address; whether it is one is for parseAddress() to say. */
export const ADDRESS_PATTERN = '^[0-9A-Fa-f:.]{2,45}$';

/** An address and the length of its prefix; whether it is a range is for parseRange() to say. */
export const RANGE_PATTERN = '^[0-9A-Fa-f:.]{2,45}/[0-9]{1,3}$';

/** Bounds of the numbers (1 to 65535, ascending) are checked where they are parsed. */
export const PORTS_PATTERN = '^[1-9][0-9]{0,4}(-[1-9][0-9]{0,4})?$';

export const DURATION_PATTERN = '^[0-9]{1,9}(ms|s|m|h)$';

const LABEL = '[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?';

/** A DNS name (RFC 1123 section 2.1); its last label begins with a letter, so that it is no address. */
export const HOST_PATTERN = `^(${LABEL}\\.)*[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`;

/** Linux takes 15 bytes (IFNAMSIZ less the closing zero). */
export const INTERFACE_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$';

/** An absolute path without `..` anywhere. */
export const FILE_PATTERN = '^(?!.*\\.\\.)(/[A-Za-z0-9_.-]+)+$';

/** A whole number of per cent. */
export const PERCENT_PATTERN = '^(100|[1-9]?[0-9])%$';

/** A community of BGP (RFC 1997); whether both halves are 16-bit numbers is checked where it is read. */
export const COMMUNITY_PATTERN = '^(0|[1-9][0-9]{0,4}):(0|[1-9][0-9]{0,4})$';

/** An argument of a command, which no shell sees: printable ASCII. */
export const ARGUMENT_PATTERN = '^[ -~]+$';

/** Where a server answers by HTTP: scheme, host and perhaps a port; no user, path or query. */
export const ORIGIN_PATTERN =
  '^https?://([A-Za-z0-9][A-Za-z0-9.-]{0,252}|\\[[0-9A-Fa-f:.]{2,45}\\])(:[1-9][0-9]{0,4})?$';

/** The name of a variable of the environment (POSIX). */
export const VARIABLE_PATTERN = '^[A-Za-z_][A-Za-z0-9_]{0,127}$';

/** The name of a part of a device, such as a tenant of AS3. */
export const PARTITION_PATTERN = '^[A-Za-z][A-Za-z0-9_.-]{0,62}$';

/** The name of a file that a target renders. */
export const RENDERED_FILE_PATTERN = '^[a-z0-9][a-z0-9._-]*$';

/** A path of a URL: printable ASCII, no space, no fragment. Quote it for whatever it goes into. */
export const URL_PATH_PATTERN = '^/[!-"$-~]*$';

/** What a value that matches the pattern is called, after "must be". */
export const PATTERN_NAMES: ReadonlyMap<string, string> = new Map([
  [ID_PATTERN, 'an id (a letter or digit, then up to 62 letters, digits, "_", "." or "-")'],
  [ADDRESS_PATTERN, 'an IPv4 or IPv6 address'],
  [RANGE_PATTERN, 'a range of addresses such as 10.0.0.0/8'],
  [PORTS_PATTERN, 'a range such as 40000-40003'],
  [DURATION_PATTERN, 'a duration (a whole number with its unit: ms, s, m or h)'],
  [HOST_PATTERN, 'a DNS name'],
  [INTERFACE_PATTERN, 'the name of a network interface (up to 15 letters, digits, "_", "." or "-")'],
  [FILE_PATTERN, 'an absolute path (of letters, digits, "_", "." and "-", without "..")'],
  [PERCENT_PATTERN, 'a whole number of per cent such as 20%'],
  [COMMUNITY_PATTERN, 'a community such as 65010:100'],
  [ARGUMENT_PATTERN, 'an argument (printable ASCII)'],
  [ORIGIN_PATTERN, 'a URL such as https://lb.example.net:8443, without user, path and query'],
  [VARIABLE_PATTERN, 'the name of a variable (letters, digits and "_")'],
  [PARTITION_PATTERN, 'a name (a letter, then up to 62 letters, digits, "_", "." or "-")'],
  [RENDERED_FILE_PATTERN, 'the name of a rendered file such as eds-public.json, without its folder'],
  [URL_PATH_PATTERN, 'a path of a URL such as /health, without spaces and "#"'],
]);

/** What a bearer token may be made of (RFC 6750 section 2.1). */
const TOKEN = /^[\w.~+/-]+=*$/;

export function isBearerToken(text: string): boolean {
  return TOKEN.test(text);
}

/** The first line of a file's text; undefined where that is no token. */
export function tokenIn(text: string | undefined): string | undefined {
  return text?.split(/\r?\n/, 1).find(isBearerToken);
}

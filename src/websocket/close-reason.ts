/** Bytes that a close frame's reason may have (RFC 6455 section 5.5). */
const MAX_REASON_BYTES = 123;

/** As much of it as fits into a close frame. */
export function closeReason(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_REASON_BYTES) return text;
  return `${bytes
    .subarray(0, MAX_REASON_BYTES - 3)
    .toString()
    .replace(/\uFFFD+$/, '')}…`;
}

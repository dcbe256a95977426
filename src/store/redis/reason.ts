/**
 * Why a command failed, for people. Replies of Redis stay as they are, but for the place in the script, which says
 * nothing to an operator; what ioredis says of its own options, and our scripts of the data set, is put in words.
 */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (message.startsWith("Stream isn't writeable")) return 'there is no connection to Redis';
  if (message.startsWith('LOST '))
    return 'Redis is not as it was: emptied, restored from older data, or failed over';
  return message.replace(/\.? script: [0-9a-f]{40}, on @user_script:\d+\.?$/, '');
}

const NAME = 'roomlb-drained';

/**
 * The tracked file that holds real servers at weight 0. keepalived writes it at start (init_file) and adds
 * value × weight, 254 × −1, to a real server's weight, which it cuts off at 0: keepalived.conf(5), "Track
 * files". Nothing is polled, and no process started. The value is the largest that it takes.
 */
export const DRAINED = {
  definition: [
    `track_file ${NAME} {`,
    `    file "/run/keepalived-${NAME}"`,
    '    weight -1',
    '    init_file 254 overwrite',
    '}',
  ],
  check: ['FILE_CHECK {', `    track_file ${NAME}`, '}'],
} as const;

import type { Placement } from './model.ts';

/** What holds where the document says nothing. Durations in seconds. */

/** 65,537 rows is the small table of the Maglev paper (NSDI 2016, section 5.3), good to about 650 nodes. */
export const DEFAULT_PLACEMENT: Placement = {
  algorithm: 'maglev',
  tableSize: 65_537,
  loadBound: 1.25,
  movesPerSecond: null,
};

export const DEFAULT_WEIGHT = 100;

/** WebRTC asks for consent about every 5 s (RFC 7675 section 5.1), so a live flow is never idle this long. */
export const DEFAULT_MEDIA_IDLE = 60;

/** A WebSocket of a quiet room says nothing for long. */
export const DEFAULT_SIGNALLING_IDLE = 3600;

/** RFC 9568 section 5.2.4: the priority of a router that does not own the address. */
export const DEFAULT_VRRP_PRIORITY = 100;

export const DEFAULT_VRRP_ADVERT = 1;

/** A day: the longest idle time or persistence that every supported device takes. */
export const MAX_DURATION = 86_400;

/** VRRPv3 counts centiseconds in 12 bits (RFC 9568 section 5.2.7): 40.95 s. */
export const MAX_VRRP_ADVERT = 40;

import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: [
    'On a host where BIRD does nothing else, put both files into `/etc/bird/`. Elsewhere add `include "/etc/bird/roomlb.conf";` to your own bird.conf.',
    '`bird -p -c /etc/bird/bird.conf` checks, `birdc configure` loads: sessions whose neighbor is the same stay up, and only routes that changed are sent.',
    'To have it follow health by itself: a balancer of `target: file`, `dialect: bird`, with `reloadCommand: [/usr/sbin/birdc, configure]`.',
    'Look: `birdc show route table roomlb_ipv4`, `birdc show protocols`.',
  ],
  drain: [
    'A VIP all of whose nodes drain is announced with the graceful shutdown community where its media says `drain: flush`. Routers that honour it (RFC 8326) take other ways, if there are any.',
    "To take one balancer out: `birdc disable 'roomlb_*'`; its neighbors withdraw what it announced.",
  ],
  rollback: [
    'Put the file of the revision before in place, and `birdc configure`; or `birdc configure undo`.',
  ],
  limits: [
    'One session carries the routes of its own family.',
    'VIPs must be on the balancer, by other means (on lo, or as the engine wants it): routes lead packets there, no more.',
    'Session passwords are not written: put `password` into your own bird.conf by a template if routers ask for one.',
  ],
  manual: ["BIRD 2.0 User's Guide: https://bird.network.cz/?get_doc&f=bird.html&v=20", 'RFC 4271, RFC 8326'],
};

/** Configurations that somebody else wrote, as devices print them: what is read of them, and what is named. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBack as a10 } from '../../src/targets/a10-acos/read-back.ts';
import { readBack as bigIp } from '../../src/targets/f5-tmsh/read-back.ts';
import type { Seen } from '../../src/targets/seen.ts';

const ACOS = `!
interface ethernet 1
  ip address 10.0.0.2 255.255.255.0
!
slb server web1 10.0.0.1
  disable
  port 8443 tcp
    weight 7
    conn-limit 100
!
slb service-group web tcp
  member web1 8443
!
slb virtual-server site 198.51.100.7
  port 443 tcp
    service-group web
    source-nat auto
    aflex hello
  port 80 http
    service-group web
!
slb aflex-policy hello
`;

const BIG_IP = `ltm node /Common/web1 {
    address 10.0.0.1
}
ltm pool /Common/web {
    members {
        /Common/web1:https {
            address 10.0.0.1
            priority-group 10
            session user-disabled
        }
    }
    monitor /Common/tcp
}
ltm rule /Common/hello {
    when CLIENT_ACCEPTED { }
}
ltm virtual /Common/site {
    destination /Common/198.51.100.7:https
    ip-protocol tcp
    pool /Common/web
    profiles {
        /Common/tcp { }
    }
    rules {
        /Common/hello
    }
    source-address-translation {
        type automap
    }
}
net vlan /Common/external {
    tag 10
}
`;

function said({ services, unread }: Seen): unknown {
  return {
    services: services.map(({ address, ports, snat, members }) => ({
      at: `${address.text}:${ports.first}`,
      snat,
      members: members.map((one) => [one.node, one.address.text, one.port, one.weight, one.usable]),
    })),
    unread: unread.map(({ line, text }) => `${line} ${text}`),
  };
}

test('ACOS: a server that is disabled takes its members with it; policies and layer 7 are named', () => {
  assert.deepEqual(said(a10(ACOS)), {
    services: [{ at: '198.51.100.7:443', snat: true, members: [[null, '10.0.0.1', 8443, 7, false]] }],
    unread: [
      '9 conn-limit 100',
      '18 aflex hello',
      '19 port 80 http',
      '20 service-group web',
      '22 slb aflex-policy hello',
    ],
  });
});

test('BIG-IP: ports by name, members that take nothing new; rules and priority groups are named', () => {
  assert.deepEqual(said(bigIp(BIG_IP)), {
    services: [{ at: '198.51.100.7:443', snat: true, members: [[null, '10.0.0.1', 443, null, false]] }],
    unread: [
      '8 priority-group 10',
      '14 ltm rule /Common/hello',
      '15 when CLIENT_ACCEPTED { }',
      '24 rules',
      '25 /Common/hello',
    ],
  });
});

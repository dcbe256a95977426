/** Configurations that somebody else wrote, as devices print them: what is read of them, and what is named. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBack as a10 } from '../../src/targets/a10-acos/read-back.ts';
import { readBack as as3 } from '../../src/targets/f5-as3/read-back.ts';
import { readBack as netScaler } from '../../src/targets/citrix-netscaler/read-back.ts';
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

/** As `GET /mgmt/shared/appsvcs/declare` answers. */
const AS3 = `{
  "class": "ADC",
  "schemaVersion": "3.40.0",
  "id": "by-hand",
  "site": {
    "class": "Tenant",
    "optimisticLockKey": "x=",
    "web": {
      "class": "Application",
      "template": "generic",
      "front": { "class": "Service_Address", "virtualAddress": "198.51.100.7" },
      "https": {
        "class": "Service_TCP",
        "virtualAddresses": [{ "use": "front" }, "198.51.100.8"],
        "virtualPort": 443,
        "pool": { "use": "/site/web/servers" },
        "iRules": ["hello"]
      },
      "http": { "class": "Service_HTTP", "virtualAddresses": ["198.51.100.7"], "virtualPort": 80 },
      "lost": { "class": "Service_L4", "virtualAddresses": ["198.51.100.7"], "virtualPort": 81, "pool": "none" },
      "servers": {
        "class": "Pool",
        "loadBalancingMode": "ratio-member",
        "monitors": ["http", { "use": "asks" }],
        "members": [
          {
            "servicePort": 8443,
            "serverAddresses": ["10.0.0.1", "10.0.0.2"],
            "ratio": 7,
            "remark": "rack 4",
            "priorityGroup": 10
          },
          { "servicePort": 8443, "serverAddresses": ["10.0.0.3"], "adminState": "offline" },
          { "servicePort": 8443, "addressDiscovery": "fqdn", "hostname": "web.example" }
        ]
      },
      "asks": { "class": "Monitor", "monitorType": "tcp", "targetPort": 8443 }
    }
  }
}
`;

const NS_CONF = `set ns config -IPAddress 10.0.0.2 -netmask 255.255.255.0
add server web1 10.0.0.1
add server "rack 4" 10.0.0.2 -state ENABLED
add serviceGroup web TCP -usip YES -cltTimeout 60 -svrTimeout 60 -maxClient 10
add service alone 10.0.0.3 UDP 5000 -usip NO
add lb vserver site TCP 198.51.100.7 443 -persistenceType SOURCEIP -timeout 5 -cltTimeout 60
add lb vserver web HTTP 198.51.100.7 80
add lb vserver game UDP 198.51.100.7 5000
bind lb vserver site web
bind lb vserver web web
bind lb vserver game alone -weight 3
bind lb vserver game lost
bind serviceGroup web web1 8443 -weight 7
bind serviceGroup web "rack 4" 8443 -state DISABLED
bind serviceGroup web -monitorName tcp-8443
add lb monitor tcp-8443 TCP -destPort 8443
disable service alone
add rewrite policy x true y
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

test('AS3: references, several addresses of one service or member; layer 7 and what leads nowhere is named', () => {
  const members = [
    [null, '10.0.0.1', 8443, 7, true],
    [null, '10.0.0.2', 8443, 7, true],
    [null, '10.0.0.3', 8443, null, false],
  ];
  assert.deepEqual(said(as3(AS3)), {
    services: [
      { at: '198.51.100.7:443', snat: true, members },
      { at: '198.51.100.8:443', snat: true, members },
    ],
    unread: [
      '17 "iRules": ["hello"]',
      '19 "http": { "class": "Service_HTTP", "virtualAddresses": ["198.51.100.7"], "virtualPort": 80 },',
      '20 "lost": { "class": "Service_L4", "virtualAddresses": ["198.51.100.7"], "virtualPort": 81, "pool": "none" },',
      '31 "priorityGroup": 10',
      '34 { "servicePort": 8443, "addressDiscovery": "fqdn", "hostname": "web.example" }',
    ],
  });
  assert.deepEqual(as3(AS3).services[0]?.members[0]?.monitor, { kind: 'tcp', port: 8443 });
});

test('AS3: what is no declaration is said to be none, however deep it is', () => {
  for (const text of ['', '{', '[]', '{"class": "ADC"', `${'['.repeat(100_000)}${']'.repeat(100_000)}`])
    assert.deepEqual(
      as3(text).unread.map(({ line, why }) => [line, why]),
      [[1, 'it is no AS3 declaration in JSON']],
      text.slice(0, 20),
    );
});

test('NetScaler: names in quotes, services of their own; layer 7 and options that change something are named', () => {
  const seen = netScaler(NS_CONF);
  assert.deepEqual(said(seen), {
    services: [
      {
        at: '198.51.100.7:443',
        snat: false,
        members: [
          [null, '10.0.0.1', 8443, 7, true],
          [null, '10.0.0.2', 8443, 1, false],
        ],
      },
      { at: '198.51.100.7:5000', snat: true, members: [[null, '10.0.0.3', 5000, 1, false]] },
    ],
    unread: [
      '4 add serviceGroup web TCP -usip YES -cltTimeout 60 -svrTimeout 60 -maxClient 10',
      '7 add lb vserver web HTTP 198.51.100.7 80',
      '12 bind lb vserver game lost',
    ],
  });
  const [site] = seen.services;
  assert.deepEqual([site?.persistence, site?.members[0]?.monitor], [300, { kind: 'tcp', port: 8443 }]);
});

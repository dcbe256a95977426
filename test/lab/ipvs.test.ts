import { testInUml } from './uml-tests.ts';

testInUml({
  name: 'ipvs in a kernel that has it',
  file: 'ipvs.guest.ts',
  binaries: ['ipvsadm', 'ipvsadm-restore', 'sysctl'],
  modules: ['ip_vs', 'ip_vs_wrr', 'veth', 'bridge', 'ipip', 'ip6_tunnel'],
  memory: 1024,
});

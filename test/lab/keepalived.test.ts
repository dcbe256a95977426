import { testInUml } from './uml-tests.ts';

testInUml({
  name: 'keepalived in a kernel that has IPVS',
  file: 'keepalived.guest.ts',
  binaries: ['keepalived', 'ipvsadm', 'sysctl'],
  modules: ['ip_vs', 'ip_vs_wrr', 'veth', 'bridge'],
  memory: 1024,
});

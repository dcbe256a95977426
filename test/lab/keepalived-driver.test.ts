import { testInUml } from './uml-tests.ts';

testInUml({
  name: 'the keepalived driver in a kernel with IPVS',
  file: 'keepalived-driver.guest.ts',
  binaries: ['ipvsadm', 'keepalived', 'sysctl'],
  modules: ['ip_vs', 'ip_vs_wrr', 'ip_vs_sh', 'veth', 'bridge', 'ipip'],
  memory: 1024,
});

import { testInUml } from './uml-tests.ts';

testInUml({
  name: 'drivers of IPVS in a kernel that has it',
  file: 'ipvs-driver.guest.ts',
  binaries: ['ipvsadm', 'sysctl'],
  modules: ['ip_vs', 'ip_vs_wrr', 'ip_vs_sh', 'veth', 'bridge', 'ipip'],
  memory: 1024,
});

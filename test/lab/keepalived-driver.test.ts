import { testInUml } from './uml-tests.ts';

testInUml({
  name: 'the keepalived driver in a kernel with IPVS',
  file: 'keepalived-driver.guest.ts',
  binaries: ['ipvsadm', 'keepalived', 'sysctl'],
  modules: ['ip_vs', 'ip_vs_wrr', 'ip_vs_sh', 'veth', 'bridge', 'ipip'],
  memory: 1024,
  // A guest has one processor, and may have to share it: a minute on a free machine, many beside other work.
  timeout: 1800,
});

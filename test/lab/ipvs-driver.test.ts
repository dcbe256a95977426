import path from 'node:path';
import { testInUml } from './uml-tests.ts';

testInUml({
  name: 'drivers of IPVS in a kernel that has it',
  file: 'ipvs-driver.guest.ts',
  scripts: { roomlb: path.join(import.meta.dirname, '../../src/cli/main.ts') },
  binaries: ['ipvsadm', 'sysctl'],
  modules: ['ip_vs', 'ip_vs_wrr', 'ip_vs_sh', 'veth', 'bridge', 'ipip'],
  memory: 1024,
  // A guest has one processor, and may have to share it: a minute on a free machine, many beside other work.
  timeout: 1800,
});

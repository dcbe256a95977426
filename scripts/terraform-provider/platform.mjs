// How Terraform calls operating systems and processors: Go's names.
const ARCHITECTURES = { x64: 'amd64', ia32: '386', arm64: 'arm64', arm: 'arm' };

/** Of this machine. Those that Go does not name otherwise are called the same by both. */
export const PLATFORM = `${process.platform}_${ARCHITECTURES[process.arch] ?? process.arch}`;

/** Those that a release is for: what is in it runs wherever Node does, but for Windows. */
export const PLATFORMS = ['darwin_amd64', 'darwin_arm64', 'freebsd_amd64', 'linux_amd64', 'linux_arm64'];

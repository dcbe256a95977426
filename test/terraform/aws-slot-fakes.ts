/** Fakes of what an instance of EC2 has around it: metadata, the AWS command line, systemd, and time. */

/**
 * Shell scripts by name, to be first on PATH. `$FAKES` is a folder: `meta/` is what the metadata service would say,
 * `calls` what was asked of AWS and systemd, in order, `ticks` how often somebody slept.
 */
export const FAKES: Readonly<Record<string, string>> = {
  // Only as IMDSv2 has it: a token by PUT, then that token with each question.
  curl: `
case "$*" in
  *"-X PUT"*"/latest/api/token") echo token-1; exit ;;
  *"X-aws-ec2-metadata-token: token-1"*) ;;
  *) echo 'curl: (22) 401' >&2; exit 22 ;;
esac
for url; do :; done
path=\${url#http://169.254.169.254/latest/meta-data/}
if [ "$path" = autoscaling/target-lifecycle-state ]; then
  # Not there at first, then as it is for most of the time.
  case $(wc -l < "$FAKES/ticks") in 0) exit 22 ;; 1 | 2) echo InService ;; *) echo Terminated ;; esac
else
  [ -f "$FAKES/meta/$path" ] && cat "$FAKES/meta/$path" || cat "$FAKES/meta/$path/index" 2>/dev/null || exit 22
fi`,
  aws: `
echo "aws $*" >> "$FAKES/calls"
tries=$(grep -c "^aws $1 $2 " "$FAKES/calls")
case "$1 $2" in
  "ec2 attach-network-interface")
    [ "$tries" -lt 3 ] && { echo 'InvalidNetworkInterface.InUse' >&2; exit 254; }
    mac=0a:00:00:00:00:06
    ip link add ens6 address $mac type veth peer name far6
    ip link set far6 up
    mkdir -p "$FAKES/meta/network/interfaces/macs/$mac"
    printf '%s\\n' eni-0slot > "$FAKES/meta/network/interfaces/macs/$mac/interface-id"
    printf '%s\\n' 100.64.77.0/24 > "$FAKES/meta/network/interfaces/macs/$mac/subnet-ipv4-cidr-block"
    printf '%s/\\n' 0a:00:00:00:00:05 $mac > "$FAKES/meta/network/interfaces/macs/index" ;;
  "autoscaling complete-lifecycle-action") [ "$tries" -lt 2 ] && exit 255 ;;
esac
exit 0`,
  systemctl: `
echo "systemctl $*" >> "$FAKES/calls"
case "$*" in
  is-active*) ! grep -q -- '--no-block stop' "$FAKES/calls" ;;
  show*) [ "$(grep -c 'systemctl show' "$FAKES/calls")" -lt 4 ] && echo deactivating || echo inactive ;;
esac`,
  sleep: 'echo "$1" >> "$FAKES/ticks"',
};

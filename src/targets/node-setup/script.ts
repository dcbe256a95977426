import type { NodeNeeds } from './needs.ts';

/**
 * The part of the script that is the same for all: POSIX sh, iproute2 and /proc/sys only. It writes down
 * whatever it changes, so that --undo takes back just that. Sources of what its comments say, in Linux:
 * Documentation/networking/ip-sysctl.rst (arp_ignore, arp_announce), fib_validate_source() in
 * net/ipv4/fib_frontend.c (rp_filter), ndisc_recv_ns() in net/ipv6/ndisc.c, ip-address(8), and the
 * fallback devices of net/ipv4/ipip.c and net/ipv6/ip6_tunnel.c.
 */
const LIBRARY = String.raw`set -eu
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

say() { printf 'node-setup: %s\n' "$*"; }
die() {
    say "$*" >&2
    exit 1
}

# What was changed, one line each. /run is emptied on boot, as are the changes.
journal() { printf '%s/%s\n' "${'$'}{ROOMLB_STATE:-/run/roomlb-node-setup}" "$node"; }
remember() {
    mkdir -p "$(dirname "$(journal)")"
    printf '%s\n' "$*" >>"$(journal)"
}

# setting NAME VALUE: as sysctl -w, in the form of paths
setting() {
    old=$(cat "/proc/sys/$1")
    [ "$old" = "$2" ] && return
    remember "setting $1 $old"
    printf '%s\n' "$2" >"/proc/sys/$1"
    say "$1 = $2 (was $old)"
}

# vip FAMILY ADDRESS DEVICE OPTIONS...: the node takes packets for it, and may answer from it
vip() {
    family=$1 address=$2 device=$3
    shift 3
    [ -n "$(ip "-$family" -o address show dev "$device" to "$address")" ] && return
    remember "vip $family $address $device"
    ip "-$family" address add "$address" dev "$device" "$@"
    say "$device has $address"
}
# "scope host" and "preferred_lft 0": connections that the node itself opens do not get it as their source.
vip4() { vip 4 "$1" "$2" scope host; }
vip6() { vip 6 "$1" "$2" nodad preferred_lft 0; }

# The node must not claim the VIP on the network, or packets would pass the balancer by. IPv6 needs no such
# setting: neighbours hear only of addresses of the interface on which they ask.
quiet_arp() {
    setting net/ipv4/conf/all/arp_ignore 1
    setting net/ipv4/conf/all/arp_announce 2
}

# tunnel DEVICE MODULE: the device comes with the module, and unpacks what any sender wrapped
tunnel() {
    ip link show dev "$1" >/dev/null 2>&1 || modprobe "$2" || die "the kernel module $2 is missing"
    case $(ip -o link show dev "$1") in
    *[\<,]UP[,\>]*) ;;
    *)
        remember "link $1"
        ip link set dev "$1" up
        say "$1 is up"
        ;;
    esac
}
# rp_filter 2 (loose): clients' packets come out of the tunnel, though the way back to them leads elsewhere.
# It works on a device that has an address, which is why the VIP is on tunl0 then.
tunnel4() {
    tunnel tunl0 ipip
    setting net/ipv4/conf/tunl0/rp_filter 2
}
tunnel6() { tunnel ip6tnl0 ip6_tunnel; }

# The last change first: the VIP is gone before ARP speaks up again.
undo() {
    [ -e "$(journal)" ] || {
        say "nothing to undo for $node"
        return
    }
    while read -r what first second third; do
        case $what in
        setting) printf '%s\n' "$second" >"/proc/sys/$first" ;;
        vip) ip "-$first" address del "$second" dev "$third" || : ;;
        link) ip link set dev "$first" down || : ;;
        esac
        say "undone: $what $first $second $third"
    done <<JOURNAL
$(sed '1!G;h;$!d' "$(journal)")
JOURNAL
    rm -f "$(journal)"
}`;

/** Reads the arguments; `usual` is the node that needs no naming, or null. */
function argumentsOf(usual: string | null): string {
  return String.raw`action=apply node=${usual ?? ''}
for argument; do
    case $argument in
    --undo) action=undo ;;
    -*) die "usage: node-setup.sh [--undo] NODE" ;;
    *) node=$argument ;;
    esac
done
[ -n "$node" ] || die "usage: node-setup.sh [--undo] NODE"`;
}

const MAIN = String.raw`[ "$(id -u)" = 0 ] || die "needs root"
if [ "$action" = undo ]; then
    undo
else
    apply
    say "$node is set up"
fi`;

/** Lines of a whole script for these nodes, after its header. */
export function scriptBody(nodes: readonly NodeNeeds[], usual: string | null): string[] {
  return [
    LIBRARY,
    '',
    argumentsOf(usual),
    '',
    'apply() {',
    '    case $node in',
    ...nodes.flatMap(nodeCase),
    '    *) die "$node is no node of this cluster, or disabled" ;;',
    '    esac',
    '}',
    '',
    MAIN,
  ];
}

/** Ids hold no character that means anything in a shell's pattern: `[A-Za-z0-9][A-Za-z0-9_.-]*`. */
export function nodeCase(needs: NodeNeeds): string[] {
  return [`    ${needs.node})`, ...steps(needs).map((step) => `        ${step}`), '        ;;'];
}

function steps({ vips, tunnels, listen, behindNat }: NodeNeeds): string[] {
  const direct = vips.map(({ family, text }) => {
    const device = family === 4 && tunnels.includes(4) ? 'tunl0' : 'lo';
    return `vip${family} ${text}/${family === 4 ? 32 : 128} ${device}`;
  });
  return [
    // First of all: the VIP must not be there before the node is quiet about it.
    ...(vips.some(({ family }) => family === 4) ? ['quiet_arp'] : []),
    ...tunnels.map((family) => `tunnel${family}`),
    ...direct,
    ...listen.map((where) => `say "listen on ${where}"`),
    ...behindNat.map(
      ({ family, text }) =>
        `say "answers for ${text} must go back through the balancer: make it the IPv${family} default route"`,
    ),
    ...(direct.length === 0 ? ['say "nothing to do here"'] : []),
  ];
}

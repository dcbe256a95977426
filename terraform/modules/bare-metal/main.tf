locals {
  # What balancers are rendered by: the topology's own words, as documents have them.
  signalling = var.vip.signalling == null ? null : {
    port        = var.vip.signalling.port
    ports       = var.vip.signalling.ports
    domain      = var.vip.signalling.domain
    host        = var.vip.signalling.host
    tls         = var.vip.signalling.tls
    idleTimeout = var.vip.signalling.idle_timeout
    persistence = var.vip.signalling.persistence
  }
  vip = {
    id         = var.vip.id
    addresses  = var.vip.addresses
    forwarding = var.vip.forwarding
    snat       = var.vip.snat
    signalling = local.signalling == null ? null : { for key, value in local.signalling : key => value if value != null }
    media = {
      ports       = var.vip.media.ports
      protocols   = var.vip.media.protocols
      idleTimeout = var.vip.media.idle_timeout
      drain       = var.vip.media.drain
    }
  }
  nodes = [for id, node in var.nodes : { for key, value in {
    id             = id
    kind           = node.kind
    vip            = var.vip.id
    addresses      = node.addresses
    zone           = node.zone
    weight         = node.weight
    signallingPort = node.signalling_port
    mediaPorts     = node.media_ports
    healthPort     = node.health_port
    stunPort       = node.stun_port
    state          = node.state
  } : key => value if value != null }]

  # A topology has one priority and one source for a VIP; balancers of a pair differ in both, so each has its own.
  topologies = { for name, balancer in var.balancers : name => jsonencode({
    cluster = var.cluster
    vips = [merge({ for key, value in local.vip : key => value if value != null }, {
      vrrp = { for key, value in {
        interface      = var.vrrp.interface
        routerId       = var.vrrp.router_id
        advertInterval = var.vrrp.advert_interval
        priority       = balancer.priority
        source         = var.vrrp.unicast ? balancer.address : null
        peers          = var.vrrp.unicast ? [for other, peer in var.balancers : peer.address if other != name] : null
      } : key => value if value != null }
    })]
    nodes = local.nodes
  }) }
  rendered = { for name, topology in local.topologies : name => provider::roomlb::render("keepalived", topology) }
  files = { for name, rendering in local.rendered : name => {
    "/etc/keepalived/keepalived.conf"         = rendering.files["keepalived.conf"]
    "/etc/sysctl.d/60-roomlb-keepalived.conf" = rendering.files["keepalived.sysctl.conf"]
  } }
}

resource "roomlb_vip" "this" {
  id         = var.vip.id
  addresses  = var.vip.addresses
  forwarding = var.vip.forwarding
  snat       = var.vip.snat
  signalling = var.vip.signalling
  media      = var.vip.media

  # What balancers have in common; what they do not is in their files.
  vrrp = {
    interface       = var.vrrp.interface
    router_id       = var.vrrp.router_id
    advert_interval = var.vrrp.advert_interval
  }
}

resource "roomlb_node" "this" {
  for_each = var.nodes

  id               = each.key
  kind             = each.value.kind
  vip              = roomlb_vip.this.id
  addresses        = each.value.addresses
  zone             = each.value.zone
  weight           = each.value.weight
  signalling_port  = each.value.signalling_port
  media_ports      = each.value.media_ports
  health_port      = each.value.health_port
  stun_port        = each.value.stun_port
  state            = each.value.state
  drain_timeout    = each.value.drain_timeout
  on_drain_timeout = each.value.on_drain_timeout
}

resource "roomlb_health_policy" "this" {
  count = var.health_policy == null ? 0 : 1

  interval        = var.health_policy.interval
  timeout         = var.health_policy.timeout
  rise            = var.health_policy.rise
  fall            = var.health_policy.fall
  panic_threshold = var.health_policy.panic_threshold
  slow_start      = var.health_policy.slow_start
}

resource "roomlb_placement_policy" "this" {
  count = var.placement_policy == null ? 0 : 1

  algorithm        = var.placement_policy.algorithm
  table_size       = var.placement_policy.table_size
  load_bound       = var.placement_policy.load_bound
  moves_per_second = var.placement_policy.moves_per_second
}

# How many nodes fit, and which ports each has: arithmetic on variables, known before anything is made.
#
# Quotas: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html
locals {
  # Listeners per Network Load Balancer; the one quota of all of these that AWS does not raise.
  listeners_per_vip = 50

  signalling_listeners    = var.signalling == null ? 0 : 1
  media_listeners_per_vip = local.listeners_per_vip - local.signalling_listeners
  nodes_per_vip           = floor(local.media_listeners_per_vip / var.workers_per_node)

  # Targets are never what is short: one for each media port, one for each node's signalling. With 50 listeners at most
  # 98, and a load balancer takes 500 (in all with cross-zone load balancing, else in a zone).

  # Slots. What a slot is depends on its own number and its VIP alone, so that none moves as others come and go.
  nodes = merge([
    for vip_id, vip in var.vips : {
      for slot in range(vip.nodes) : "${vip_id}-${slot + 1}" => {
        vip              = vip_id
        zone             = keys(vip.zones)[slot % length(vip.zones)]
        subnet_id        = values(vip.zones)[slot % length(vip.zones)].private_subnet_id
        first_media_port = vip.first_media_port + slot * var.workers_per_node
        last_media_port  = vip.first_media_port + (slot + 1) * var.workers_per_node - 1
      }
    }
  ]...)

  # One for each worker: VIP:port → that node, port unchanged.
  media_ports = merge([
    for id, node in local.nodes : {
      for port in range(node.first_media_port, node.last_media_port + 1) : "${node.vip}:${port}" => {
        vip  = node.vip
        node = id
        port = port
      }
    }
  ]...)

  addresses = merge([
    for vip_id, vip in var.vips : {
      for zone, subnets in vip.zones : "${vip_id}:${zone}" => {
        vip       = vip_id
        zone      = zone
        subnet_id = subnets.public_subnet_id
      }
    }
  ]...)

  # The widest range of media ports of any VIP: what security groups let through. Only listeners answer.
  first_media_port = min([for vip in var.vips : vip.first_media_port]...)
  last_media_port  = max([for node in local.nodes : node.last_media_port]...)

  # How long an instance that says nothing holds up its replacement. While it drains it says so each minute.
  heartbeat_seconds = 300

  # Tokens of RoomLB, keys in PEM, and assignments of passwords that are not references (${…}, $(…), $NAME).
  secret_pattern = "rlb_[A-Za-z0-9_-]{8}|-----BEGIN [A-Z ]*PRIVATE KEY-----|(?i)(password|auth_token|roomlb_token)[\"']?\\s*[=:]\\s*[\"']?[A-Za-z0-9]"

  tags = merge(var.tags, { "roomlb:cluster" = var.name })
}

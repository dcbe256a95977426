# Who may talk to whom. Nodes are reached through their VIP and by dispatchers, dispatchers through their load balancer,
# Redis by dispatchers. Groups name groups: no rule has an address but those of clients.

resource "aws_security_group" "vip" {
  name_prefix = "${var.name}-vip-"
  description = "Load balancers of the VIPs of RoomLB cluster ${var.name}"
  vpc_id      = var.vpc_id
  tags        = merge(local.tags, { Name = "${var.name}-vip" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "node" {
  name_prefix = "${var.name}-node-"
  description = "Interfaces of nodes: what comes through VIPs, and the probes of dispatchers"
  vpc_id      = var.vpc_id
  tags        = merge(local.tags, { Name = "${var.name}-node" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "node_outward" {
  name_prefix = "${var.name}-node-out-"
  description = "First interfaces of nodes: nothing comes in"
  vpc_id      = var.vpc_id
  tags        = merge(local.tags, { Name = "${var.name}-node-out" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "dispatcher_load_balancer" {
  name_prefix = "${var.name}-api-"
  description = "Internal load balancer of the dispatchers"
  vpc_id      = var.vpc_id
  tags        = merge(local.tags, { Name = "${var.name}-api" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "dispatcher" {
  name_prefix = "${var.name}-dispatcher-"
  description = "Dispatchers"
  vpc_id      = var.vpc_id
  tags        = merge(local.tags, { Name = "${var.name}-dispatcher" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "redis" {
  name_prefix = "${var.name}-redis-"
  description = "Redis of the dispatchers"
  vpc_id      = var.vpc_id
  tags        = merge(local.tags, { Name = "${var.name}-redis" })

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  # What a node listens on; the VIP listens on the same but for signalling, whose port may be another.
  node_ports = merge(
    { for protocol in var.media_protocols : "media-${protocol}" => { protocol = protocol, from = local.first_media_port, to = local.last_media_port } },
    { health = { protocol = "tcp", from = var.health_port, to = var.health_port } },
    var.signalling == null ? {} : { signalling = { protocol = "tcp", from = var.signalling.node_port, to = var.signalling.node_port } },
  )
  vip_ports = merge(
    { for name, ports in local.node_ports : name => ports if startswith(name, "media-") },
    var.signalling == null ? {} : { signalling = { protocol = "tcp", from = var.signalling.port, to = var.signalling.port } },
  )
  client_rules = merge([
    for cidr in var.client_cidrs : { for name, ports in local.vip_ports : "${name} ${cidr}" => merge(ports, { cidr = cidr }) }
  ]...)
  # Dispatchers ask for STUN at the health port as well.
  probe_ports = merge(local.node_ports, { health-stun = { protocol = "udp", from = var.health_port, to = var.health_port } })
}

# Clients → VIPs → nodes. Nodes see the clients' addresses, and the rule holds all the same: it goes by the group of the
# load balancer that a packet came through. Health checks come that way too.

resource "aws_vpc_security_group_ingress_rule" "client_to_vip" {
  for_each = local.client_rules

  security_group_id = aws_security_group.vip.id
  description       = "${each.key} to VIPs"
  cidr_ipv4         = each.value.cidr
  ip_protocol       = each.value.protocol
  from_port         = each.value.from
  to_port           = each.value.to
  tags              = local.tags
}

resource "aws_vpc_security_group_egress_rule" "vip_to_node" {
  for_each = local.node_ports

  security_group_id            = aws_security_group.vip.id
  description                  = "${each.key} of nodes"
  referenced_security_group_id = aws_security_group.node.id
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.from
  to_port                      = each.value.to
  tags                         = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "vip_to_node" {
  for_each = local.node_ports

  security_group_id            = aws_security_group.node.id
  description                  = "${each.key} through VIPs"
  referenced_security_group_id = aws_security_group.vip.id
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.from
  to_port                      = each.value.to
  tags                         = local.tags
}

# Dispatchers → nodes: probes, of each worker and directly.

resource "aws_vpc_security_group_egress_rule" "dispatcher_to_node" {
  for_each = local.probe_ports

  security_group_id            = aws_security_group.dispatcher.id
  description                  = "probes of ${each.key}"
  referenced_security_group_id = aws_security_group.node.id
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.from
  to_port                      = each.value.to
  tags                         = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "dispatcher_to_node" {
  for_each = local.probe_ports

  security_group_id            = aws_security_group.node.id
  description                  = "probes of ${each.key}"
  referenced_security_group_id = aws_security_group.dispatcher.id
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.from
  to_port                      = each.value.to
  tags                         = local.tags
}

# Dispatchers → VIPs: the same probes, the way that clients come.

resource "aws_vpc_security_group_egress_rule" "dispatcher_to_vip" {
  for_each = merge([
    for name, ports in local.vip_ports : { for key, _ in local.addresses : "${name} ${key}" => merge(ports, { address = key }) }
  ]...)

  security_group_id = aws_security_group.dispatcher.id
  description       = "probes through ${each.key}"
  cidr_ipv4         = "${aws_eip.vip[each.value.address].public_ip}/32"
  ip_protocol       = each.value.protocol
  from_port         = each.value.from
  to_port           = each.value.to
  tags              = local.tags
}

# Nodes and callers → dispatchers.

resource "aws_vpc_security_group_ingress_rule" "caller_to_api" {
  for_each = merge(
    { node = { group = aws_security_group.node_outward.id, cidr = null } },
    { for position, id in var.dispatchers.caller_security_group_ids : "group ${position}" => { group = id, cidr = null } },
    { for cidr in var.dispatchers.caller_cidrs : cidr => { group = null, cidr = cidr } },
  )

  security_group_id            = aws_security_group.dispatcher_load_balancer.id
  description                  = "API for ${each.key}"
  referenced_security_group_id = each.value.group
  cidr_ipv4                    = each.value.cidr
  ip_protocol                  = "tcp"
  from_port                    = local.api_port
  to_port                      = local.api_port
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "api_to_dispatcher" {
  security_group_id            = aws_security_group.dispatcher_load_balancer.id
  description                  = "API and health of dispatchers"
  referenced_security_group_id = aws_security_group.dispatcher.id
  ip_protocol                  = "tcp"
  from_port                    = var.dispatchers.port
  to_port                      = var.dispatchers.port
  tags                         = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "api_to_dispatcher" {
  security_group_id            = aws_security_group.dispatcher.id
  description                  = "API and health, through the load balancer alone"
  referenced_security_group_id = aws_security_group.dispatcher_load_balancer.id
  ip_protocol                  = "tcp"
  from_port                    = var.dispatchers.port
  to_port                      = var.dispatchers.port
  tags                         = local.tags
}

# Dispatchers → Redis.

resource "aws_vpc_security_group_egress_rule" "dispatcher_to_redis" {
  security_group_id            = aws_security_group.dispatcher.id
  description                  = "Redis"
  referenced_security_group_id = aws_security_group.redis.id
  ip_protocol                  = "tcp"
  from_port                    = 6379
  to_port                      = 6379
  tags                         = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "dispatcher_to_redis" {
  security_group_id            = aws_security_group.redis.id
  description                  = "dispatchers alone"
  referenced_security_group_id = aws_security_group.dispatcher.id
  ip_protocol                  = "tcp"
  from_port                    = 6379
  to_port                      = 6379
  tags                         = local.tags
}

# Outward: AWS' API (the network interface, the hook, secrets) and packages, by https.

resource "aws_vpc_security_group_egress_rule" "node_outward" {
  for_each = {
    https = { port = 443, cidr = "0.0.0.0/0", group = null }
    api   = { port = local.api_port, cidr = null, group = aws_security_group.dispatcher_load_balancer.id }
  }

  security_group_id            = aws_security_group.node_outward.id
  description                  = each.key
  cidr_ipv4                    = each.value.cidr
  referenced_security_group_id = each.value.group
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "dispatcher_outward" {
  security_group_id = aws_security_group.dispatcher.id
  description       = "https"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  tags              = local.tags
}

# A VIP is a Network Load Balancer. A media port is a listener and a target group with one target: the node that has
# that port. Nothing here changes when an instance is replaced, or when a room comes and goes.

resource "aws_eip" "vip" {
  for_each = local.addresses

  domain = "vpc"
  tags   = merge(local.tags, { Name = "${var.name}-${each.value.vip}-${each.value.zone}" })
}

resource "aws_lb" "vip" {
  for_each = var.vips

  name               = "${var.name}-${each.key}"
  load_balancer_type = "network"
  internal           = false
  security_groups    = [aws_security_group.vip.id]

  # Any address of the VIP has to lead to every node behind it. With one zone nothing crosses.
  enable_cross_zone_load_balancing = length(each.value.zones) > 1
  enable_deletion_protection       = var.deletion_protection

  dynamic "subnet_mapping" {
    for_each = each.value.zones
    content {
      subnet_id     = subnet_mapping.value.public_subnet_id
      allocation_id = aws_eip.vip["${each.key}:${subnet_mapping.key}"].allocation_id
    }
  }

  tags = local.tags
}

resource "aws_lb_target_group" "media" {
  for_each = local.media_ports

  name        = "${var.name}-${each.value.vip}-${each.value.port}"
  vpc_id      = var.vpc_id
  target_type = "ip"
  port        = each.value.port
  protocol    = local.media_protocol

  # It has one target, and where none is healthy a Network Load Balancer sends to all that there are: health moves
  # rooms, in the dispatcher, and never these rules. What the check finds is for people to see.
  health_check {
    protocol = "HTTP"
    path     = "/health"
    port     = var.health_port
  }

  # The node has drained and is gone before it is deregistered, which happens when its slot is removed. Whatever
  # flows are left lead nowhere, so that they are cut.
  deregistration_delay   = 0
  connection_termination = true

  tags = merge(local.tags, { "roomlb:node" = each.value.node })
}

resource "aws_lb_target_group_attachment" "media" {
  for_each = local.media_ports

  target_group_arn = aws_lb_target_group.media[each.key].arn
  target_id        = aws_network_interface.node[each.value.node].private_ip
  port             = each.value.port
}

resource "aws_lb_listener" "media" {
  for_each = local.media_ports

  load_balancer_arn = aws_lb.vip[each.value.vip].arn
  port              = each.value.port
  protocol          = local.media_protocol

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.media[each.key].arn
  }

  tags = merge(local.tags, { "roomlb:node" = each.value.node })
}

locals {
  # Two listeners for one port, of UDP and of TCP, are refused by AWS; TCP_UDP is one for both.
  media_protocol = length(var.media_protocols) == 2 ? "TCP_UDP" : upper(one(var.media_protocols))

  # Nothing at all, or the one thing that all VIPs have alike.
  signalling_vips = var.signalling == null ? {} : var.vips
}

resource "aws_lb_target_group" "signalling" {
  for_each = local.signalling_vips

  name        = "${var.name}-${each.key}-sig"
  vpc_id      = var.vpc_id
  target_type = "ip"
  port        = var.signalling.node_port
  protocol    = "TCP"

  # Not the default of targets by address; nodes shall see whom they serve.
  preserve_client_ip = true

  health_check {
    protocol            = "HTTP"
    path                = "/health"
    port                = var.health_port
    interval            = 10
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  # A check that fails takes new connections elsewhere. Those that are there stay: a slow answer is not a dead node,
  # and the dispatcher is who says so.
  target_health_state {
    enable_unhealthy_connection_termination = false
  }

  deregistration_delay = 30

  tags = local.tags
}

resource "aws_lb_target_group_attachment" "signalling" {
  for_each = var.signalling == null ? {} : local.nodes

  target_group_arn = aws_lb_target_group.signalling[each.value.vip].arn
  target_id        = aws_network_interface.node[each.key].private_ip
  port             = var.signalling.node_port
}

resource "aws_lb_listener" "signalling" {
  for_each = local.signalling_vips

  load_balancer_arn = aws_lb.vip[each.key].arn
  port              = var.signalling.port
  protocol          = var.signalling.certificate_arn == null ? "TCP" : "TLS"
  certificate_arn   = var.signalling.certificate_arn
  ssl_policy        = var.signalling.certificate_arn == null ? null : local.ssl_policy

  # A WebSocket may be silent for long. Listeners of TLS have 350 s, which cannot be changed.
  tcp_idle_timeout_seconds = var.signalling.certificate_arn == null ? 3600 : null

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.signalling[each.key].arn
  }

  tags = local.tags
}

locals {
  # TLS 1.2 and 1.3 with forward secrecy.
  ssl_policy = "ELBSecurityPolicy-TLS13-1-2-2021-06"
}

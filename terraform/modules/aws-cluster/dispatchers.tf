# Dispatchers are alike and keep nothing: an ordinary group of several zones behind an internal load balancer.

resource "aws_lb" "dispatcher" {
  name                             = "${var.name}-api"
  load_balancer_type               = "network"
  internal                         = true
  security_groups                  = [aws_security_group.dispatcher_load_balancer.id]
  subnets                          = var.dispatchers.subnet_ids
  enable_cross_zone_load_balancing = true
  enable_deletion_protection       = var.deletion_protection
  tags                             = local.tags

  lifecycle {
    precondition {
      condition     = length(toset([for subnet in data.aws_subnet.dispatcher : subnet.availability_zone])) >= 2
      error_message = "dispatchers.subnet_ids: all of them are in one zone, so that all dispatchers would be lost with it. Name subnets of at least two."
    }
  }
}

data "aws_subnet" "dispatcher" {
  for_each = toset(var.dispatchers.subnet_ids)

  id = each.value
}

resource "aws_lb_target_group" "dispatcher" {
  name                 = "${var.name}-api"
  vpc_id               = var.vpc_id
  port                 = var.dispatchers.port
  protocol             = "TCP"
  deregistration_delay = 30

  # Whether the process answers. Not /readyz: while Redis is away every dispatcher says there that it is degraded, and
  # goes on answering from what it knew last; to replace them all would lose just that.
  health_check {
    protocol            = local.api_tls ? "HTTP" : "HTTPS"
    path                = "/healthz"
    interval            = 10
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  tags = local.tags
}

resource "aws_lb_listener" "dispatcher" {
  load_balancer_arn = aws_lb.dispatcher.arn
  port              = local.api_port
  protocol          = local.api_tls ? "TLS" : "TCP"
  certificate_arn   = var.dispatchers.certificate_arn
  ssl_policy        = local.api_tls ? local.ssl_policy : null

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.dispatcher.arn
  }

  tags = local.tags
}

resource "aws_launch_template" "dispatcher" {
  name                   = "${var.name}-dispatcher"
  image_id               = var.dispatchers.image_id
  instance_type          = var.dispatchers.instance_type
  key_name               = var.dispatchers.key_name
  user_data              = base64encode(var.dispatcher_user_data)
  update_default_version = true

  iam_instance_profile {
    arn = aws_iam_instance_profile.dispatcher.arn
  }

  network_interfaces {
    device_index                = 0
    associate_public_ip_address = false
    delete_on_termination       = true
    security_groups             = [aws_security_group.dispatcher.id]
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  block_device_mappings {
    device_name = data.aws_ami.dispatcher.root_device_name
    ebs {
      encrypted             = true
      kms_key_id            = var.dispatchers.kms_key_id
      volume_size           = var.dispatchers.volume_gib
      volume_type           = "gp3"
      delete_on_termination = true
    }
  }

  dynamic "tag_specifications" {
    for_each = ["instance", "volume", "network-interface"]
    content {
      resource_type = tag_specifications.value
      tags          = merge(local.tags, { Name = "${var.name}-dispatcher" })
    }
  }

  tags = local.tags

  lifecycle {
    precondition {
      condition     = length(var.dispatcher_user_data) <= 16384
      error_message = "dispatcher_user_data: ${length(var.dispatcher_user_data)} bytes, and EC2 takes 16384. Have the instance fetch what is long."
    }
  }
}

resource "aws_autoscaling_group" "dispatcher" {
  name                      = "${var.name}-dispatcher"
  min_size                  = var.dispatchers.count
  max_size                  = var.dispatchers.count * 2
  desired_capacity          = var.dispatchers.count
  vpc_zone_identifier       = var.dispatchers.subnet_ids
  target_group_arns         = [aws_lb_target_group.dispatcher.arn]
  health_check_type         = "ELB"
  health_check_grace_period = 180

  launch_template {
    id      = aws_launch_template.dispatcher.id
    version = aws_launch_template.dispatcher.latest_version
  }

  # A new one answers before an old one goes.
  instance_refresh {
    strategy = "Rolling"
    preferences {
      min_healthy_percentage = 100
      max_healthy_percentage = 200
      auto_rollback          = true
    }
  }

  dynamic "tag" {
    for_each = local.tags
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = false
    }
  }

  depends_on = [
    aws_iam_role_policy.dispatcher,
    aws_lb_listener.dispatcher,
    aws_vpc_security_group_egress_rule.dispatcher_outward,
  ]
}

data "aws_ami" "dispatcher" {
  filter {
    name   = "image-id"
    values = [var.dispatchers.image_id]
  }
}

locals {
  api_port = 443
  api_tls  = var.dispatchers.certificate_arn != null
}

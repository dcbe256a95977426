# A slot is a network interface that stays, and an Auto Scaling group of one instance that takes hold of it. So node id,
# address, media ports and target groups are the same whichever instance is there.
#
# Not by target_group_arns of the group: Auto Scaling deregisters an instance before it runs the hook of its
# termination, and members of rooms that are still there could no more come back to them.
# (https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html, step 4)

resource "aws_network_interface" "node" {
  for_each = local.nodes

  subnet_id       = each.value.subnet_id
  security_groups = [aws_security_group.node.id]
  description     = "RoomLB node ${each.key}: media, signalling and health arrive here"

  tags = merge(local.node_tags[each.key], { Name = "${var.name}-${each.key}" })

  lifecycle {
    # An instance holds it, outside of this state.
    ignore_changes = [attachment]
  }
}

resource "aws_launch_template" "node" {
  for_each = local.nodes

  name                   = "${var.name}-${each.key}"
  description            = "RoomLB node ${each.key}"
  image_id               = var.nodes.image_id
  instance_type          = var.nodes.instance_type
  key_name               = var.nodes.key_name
  user_data              = base64encode(local.node_user_data[each.key])
  update_default_version = true

  iam_instance_profile {
    arn = aws_iam_instance_profile.node[each.key].arn
  }

  # The first interface: for updates, AWS' API and the way to dispatchers. Nothing comes in by it.
  network_interfaces {
    device_index                = 0
    associate_public_ip_address = false
    delete_on_termination       = true
    security_groups             = [aws_security_group.node_outward.id]
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  block_device_mappings {
    device_name = data.aws_ami.node.root_device_name
    ebs {
      encrypted             = true
      kms_key_id            = var.nodes.kms_key_id
      volume_size           = var.nodes.volume_gib
      volume_type           = "gp3"
      delete_on_termination = true
    }
  }

  dynamic "tag_specifications" {
    for_each = ["instance", "volume", "network-interface"]
    content {
      resource_type = tag_specifications.value
      tags          = merge(local.node_tags[each.key], { Name = "${var.name}-${each.key}" })
    }
  }

  tags = local.node_tags[each.key]

  lifecycle {
    precondition {
      # Of the raw text; AWS counts it before it is encoded.
      condition     = length(local.node_user_data[each.key]) <= 16384
      error_message = "node_user_data of ${each.key}: with the 4 KiB of this module ${length(local.node_user_data[each.key])} bytes, and EC2 takes 16384. Have the instance fetch what is long."
    }
  }
}

resource "aws_autoscaling_group" "node" {
  for_each = local.nodes

  name                = "${var.name}-${each.key}"
  min_size            = 1
  max_size            = 1
  desired_capacity    = 1
  vpc_zone_identifier = [each.value.subnet_id]
  health_check_type   = "EC2"

  launch_template {
    id = aws_launch_template.node[each.key].id
    # Running instances stay as they are: a new image is brought in node by node, see the README.
    version = aws_launch_template.node[each.key].latest_version
  }

  # Part of the group, so that there is no instance without it. Whoever ends the instance (an instance refresh, a failed
  # check, terraform itself when the slot is removed) waits for its rooms.
  initial_lifecycle_hook {
    name                 = local.hook
    lifecycle_transition = "autoscaling:EC2_INSTANCE_TERMINATING"
    heartbeat_timeout    = local.heartbeat_seconds
    # Of an instance that says nothing more there is nothing to wait for.
    default_result = "CONTINUE"
  }

  dynamic "tag" {
    for_each = local.node_tags[each.key]
    content {
      key   = tag.key
      value = tag.value
      # The launch template has them.
      propagate_at_launch = false
    }
  }

  wait_for_capacity_timeout = "10m"

  timeouts {
    # Removing the slot drains it.
    delete = "${ceil(var.nodes.drain_limit_seconds / 60) + 15}m"
  }

  # The way to the node is there before it is, and as long as it is.
  depends_on = [
    aws_iam_role_policy.node,
    aws_lb_listener.media,
    aws_lb_listener.signalling,
    aws_lb_target_group_attachment.media,
    aws_lb_target_group_attachment.signalling,
    aws_vpc_security_group_egress_rule.node_outward,
  ]
}

data "aws_ami" "node" {
  filter {
    name   = "image-id"
    values = [var.nodes.image_id]
  }
}

locals {
  hook = "roomlb-drain"

  node_tags = { for id, _ in local.nodes : id => merge(local.tags, { "roomlb:node" = id }) }

  # Two parts for cloud-init. Ours comes first and at every boot: the unit of the media node waits for the address.
  node_user_data = {
    for id, _ in local.nodes : id => templatefile("${path.module}/templates/user-data.mime.tftpl", {
      slot = templatefile("${path.module}/templates/slot.sh.tftpl", {
        node      = id
        region    = data.aws_region.current.region
        interface = aws_network_interface.node[id].id
        address   = aws_network_interface.node[id].private_ip
        group     = "${var.name}-${id}"
        hook      = local.hook
        service   = replace(var.nodes.service, "NODE", id)
        stop      = var.nodes.drain_limit_seconds + 60
      })
      text = lookup(var.node_user_data, id, "")
    })
  }
}

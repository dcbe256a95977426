# No AWS and no AWS provider: resources are mocked. What is tested is the module's own arithmetic and wiring.
# Run by test/terraform/aws.test.ts of RoomLB; by hand, `terraform init` first, which fetches the provider.

mock_provider "aws" {
  mock_data "aws_secretsmanager_secret_version" {
    defaults = { secret_string = "the-planted-password-of-redis" }
  }
  mock_data "aws_ami" {
    defaults = { root_device_name = "/dev/xvda" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { region = "eu-central-1" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
}

variables {
  name   = "edge-1"
  vpc_id = "vpc-0123456789abcdef0"
  vips = {
    a = { nodes = 2, zones = { a = { public_subnet_id = "subnet-0a", private_subnet_id = "subnet-1a" } } }
    b = { nodes = 1, zones = { b = { public_subnet_id = "subnet-0b", private_subnet_id = "subnet-1b" } } }
  }
  workers_per_node = 4
  nodes            = { image_id = "ami-0123456789abcdef0", instance_type = "c7g.xlarge" }
  node_user_data   = { a-1 = "#cloud-config\nhostname: a-1\n", b-1 = "#!/bin/sh\necho b-1\n" }
  dispatchers = {
    subnet_ids    = ["subnet-1a", "subnet-1b"]
    image_id      = "ami-0123456789abcdef0"
    instance_type = "t4g.small"
  }
  dispatcher_user_data = "#cloud-config\nhostname: dispatcher\n"
  redis                = { auth_secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:redis-AbCdEf" }
}

run "capacity" {
  command = plan

  assert {
    # 50 listeners, one of them for signalling: 49 / 4.
    condition     = output.capacity.nodes_per_vip == 12
    error_message = "12 nodes of 4 workers fit, found ${output.capacity.nodes_per_vip}"
  }
  assert {
    condition     = output.capacity.vips.a == { nodes = 2, nodes_free = 10, listeners_used = 9 }
    error_message = jsonencode(output.capacity.vips.a)
  }
  assert {
    condition     = length(aws_lb_listener.media) + length(aws_lb_listener.signalling) == 4 * 3 + 2
    error_message = "as many listeners as the capacity says"
  }
}

run "capacity_without_signalling" {
  command = plan
  variables {
    signalling       = null
    workers_per_node = 5
  }
  assert {
    condition     = output.capacity.nodes_per_vip == 10 && length(aws_lb_listener.signalling) == 0
    error_message = "10 nodes of 5 workers fit, found ${output.capacity.nodes_per_vip}"
  }
}

run "a_full_load_balancer_is_planned" {
  command = plan
  variables {
    vips           = { a = { nodes = 12, zones = { a = { public_subnet_id = "subnet-0a", private_subnet_id = "subnet-1a" } } } }
    node_user_data = {}
  }
  assert {
    condition     = output.capacity.vips.a == { nodes = 12, nodes_free = 0, listeners_used = 49 }
    error_message = jsonencode(output.capacity.vips.a)
  }
}

run "ports_belong_to_nodes" {
  command = plan

  assert {
    condition = output.nodes == {
      a-1 = { vip = "a", zone = "a", media_ports = "40000-40003" }
      a-2 = { vip = "a", zone = "a", media_ports = "40004-40007" }
      b-1 = { vip = "b", zone = "b", media_ports = "40000-40003" }
    }
    error_message = jsonencode(output.nodes)
  }
  assert {
    # Unchanged from listener to target group to target.
    condition = alltrue([
      for key, port in local.media_ports :
      aws_lb_listener.media[key].port == port.port && aws_lb_target_group.media[key].port == port.port &&
      aws_lb_target_group_attachment.media[key].port == port.port
    ])
    error_message = "a port is translated"
  }
  assert {
    condition     = alltrue([for listener in aws_lb_listener.media : listener.protocol == "TCP_UDP"])
    error_message = "UDP and TCP of a port have one listener"
  }
}

run "wired_to_the_node_that_owns_the_port" {
  assert {
    condition = alltrue([
      for key, port in local.media_ports :
      aws_lb_target_group_attachment.media[key].target_id == aws_network_interface.node[port.node].private_ip &&
      aws_lb_target_group_attachment.media[key].target_group_arn == aws_lb_target_group.media[key].arn &&
      aws_lb_listener.media[key].default_action[0].target_group_arn == aws_lb_target_group.media[key].arn &&
      aws_lb_listener.media[key].load_balancer_arn == aws_lb.vip[port.vip].arn
    ])
    error_message = "a media port leads somewhere else"
  }
  assert {
    condition     = length(distinct([for interface in aws_network_interface.node : interface.private_ip])) == 3
    error_message = "each node has an address of its own"
  }
  assert {
    condition = output.topology.nodes["a-2"] == {
      kind        = "mediasoup", vip = "a", zone = "a", media_ports = "40004-40007", signalling_port = 4443,
      health_port = 9100, stun_port = 9100, addresses = [aws_network_interface.node["a-2"].private_ip]
    }
    error_message = jsonencode(output.topology.nodes["a-2"])
  }
  assert {
    condition     = output.topology.vips.b.addresses == [aws_eip.vip["b:b"].public_ip]
    error_message = jsonencode(output.topology.vips)
  }
}

run "slots_of_others_stay_where_they_are" {
  command = plan
  variables {
    vips = {
      a  = { nodes = 3, zones = { a = { public_subnet_id = "subnet-0a", private_subnet_id = "subnet-1a" } } }
      aa = { nodes = 1, zones = { a = { public_subnet_id = "subnet-0a", private_subnet_id = "subnet-1a" } } }
      b  = { nodes = 1, zones = { b = { public_subnet_id = "subnet-0b", private_subnet_id = "subnet-1b" } } }
    }
    node_user_data = {}
  }
  assert {
    condition = alltrue([
      output.nodes["a-1"].media_ports == "40000-40003", output.nodes["a-2"].media_ports == "40004-40007",
      output.nodes["b-1"].media_ports == "40000-40003",
    ])
    error_message = jsonencode(output.nodes)
  }
}

run "one_protocol" {
  command = plan
  variables {
    media_protocols = ["udp"]
  }
  assert {
    condition     = alltrue([for group in aws_lb_target_group.media : group.protocol == "UDP"])
    error_message = "UDP alone"
  }
  assert {
    condition     = !anytrue([for rule in aws_vpc_security_group_ingress_rule.client_to_vip : rule.ip_protocol == "tcp" && rule.from_port == 40000])
    error_message = "and no way in for what is not there"
  }
}

run "several_zones_behind_one_address_each" {
  command = plan
  variables {
    vips = {
      a = {
        nodes = 3
        zones = {
          a = { public_subnet_id = "subnet-0a", private_subnet_id = "subnet-1a" }
          b = { public_subnet_id = "subnet-0b", private_subnet_id = "subnet-1b" }
        }
      }
    }
    node_user_data = {}
  }
  assert {
    condition     = [for id in ["a-1", "a-2", "a-3"] : output.nodes[id].zone] == ["a", "b", "a"]
    error_message = jsonencode(output.nodes)
  }
  assert {
    condition     = aws_lb.vip["a"].enable_cross_zone_load_balancing && keys(aws_eip.vip) == ["a:a", "a:b"]
    error_message = "each address has to lead to nodes of every zone"
  }
}

run "signalling" {
  command = plan
  variables {
    signalling = { certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1", domain = "sfu.example.net" }
  }
  assert {
    condition     = aws_lb_listener.signalling["a"].protocol == "TLS" && aws_lb_target_group.signalling["a"].protocol == "TCP"
    error_message = "TLS ends on the load balancer"
  }
  assert {
    condition     = output.topology.vips.a.signalling.tls == "terminate" && output.topology.vips.b.signalling.host == "b.sfu.example.net"
    error_message = jsonencode(output.topology.vips.a.signalling)
  }
}

run "instances_drain_before_they_go" {
  command = plan

  assert {
    condition = alltrue([
      for group in aws_autoscaling_group.node :
      one(group.initial_lifecycle_hook).lifecycle_transition == "autoscaling:EC2_INSTANCE_TERMINATING" &&
      one(group.initial_lifecycle_hook).name == local.hook && one(group.initial_lifecycle_hook).heartbeat_timeout == 300
    ])
    error_message = "each group has the hook"
  }
  assert {
    # Auto Scaling would deregister an instance before its hook runs.
    condition     = alltrue([for group in aws_autoscaling_group.node : try(length(group.target_group_arns), 0) == 0 && length(group.traffic_source) == 0])
    error_message = "groups of nodes register nothing"
  }
  assert {
    condition     = alltrue([for group in aws_autoscaling_group.node : group.min_size == 1 && group.max_size == 1])
    error_message = "a slot has one instance"
  }
  assert {
    condition     = alltrue([for group in aws_autoscaling_group.node : group.timeouts.delete == "75m" && length(group.instance_refresh) == 0])
    error_message = "who removes a slot waits for its rooms, and no apply replaces all instances at once"
  }
}

run "user_data" {
  assert {
    condition = alltrue([
      for text in [
        "roomlb-slot claim", "roomlb-slot watch", "group-name edge-1-a-1 ", "lifecycle-hook-name roomlb-drain",
        aws_network_interface.node["a-1"].id, aws_network_interface.node["a-1"].private_ip, "hostname: a-1",
        "Content-Type: text/cloud-config", "systemctl --no-block stop roomlb-media-node@a-1.service", "TimeoutStopSec=3660", "export AWS_DEFAULT_REGION=eu-central-1",
      ] : strcontains(base64decode(aws_launch_template.node["a-1"].user_data), text)
    ])
    error_message = base64decode(aws_launch_template.node["a-1"].user_data)
  }
  assert {
    condition     = strcontains(base64decode(aws_launch_template.node["b-1"].user_data), "Content-Type: text/x-shellscript")
    error_message = base64decode(aws_launch_template.node["b-1"].user_data)
  }
  assert {
    condition     = aws_elasticache_replication_group.redis.auth_token == "the-planted-password-of-redis"
    error_message = "Redis has a password"
  }
  assert {
    condition = !anytrue([
      for template in concat(values(aws_launch_template.node), [aws_launch_template.dispatcher]) :
      strcontains(base64decode(template.user_data), "planted-password")
    ])
    error_message = "and no instance is told it"
  }
}

run "instances_are_hardened" {
  command = plan
  assert {
    condition = alltrue([
      for template in concat(values(aws_launch_template.node), [aws_launch_template.dispatcher]) :
      one(template.metadata_options).http_tokens == "required" && one(template.metadata_options).http_put_response_hop_limit == 1 &&
      one(one(template.block_device_mappings).ebs).encrypted == "true" &&
      one(template.network_interfaces).associate_public_ip_address == "false"
    ])
    error_message = "IMDSv2 alone, encrypted volumes, no public addresses"
  }
  assert {
    condition     = aws_elasticache_replication_group.redis.transit_encryption_enabled && aws_elasticache_replication_group.redis.multi_az_enabled
    error_message = "Redis: TLS, and a replica in another zone"
  }
}

run "roles_reach_their_own_slot_alone" {
  variables {
    nodes = {
      image_id      = "ami-0123456789abcdef0"
      instance_type = "c7g.xlarge"
      secret_arns   = ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:roomlb/NODE-??????"]
    }
  }
  assert {
    condition = alltrue([
      for id, policy in aws_iam_role_policy.node : alltrue([
        for statement in jsondecode(policy.policy).Statement :
        statement.Resource == aws_network_interface.node[id].arn ||
        try(statement.Condition.StringEquals["aws:ResourceTag/roomlb:node"] == id, false) ||
        try(endswith(statement.Resource, ":autoScalingGroupName/edge-1-${id}"), false) ||
        try(statement.Resource[0] == "arn:aws:secretsmanager:eu-central-1:123456789012:secret:roomlb/${id}-??????", false)
      ])
    ])
    error_message = jsonencode([for policy in aws_iam_role_policy.node : policy.policy])
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.dispatcher.policy).Statement[*].Resource == [["arn:aws:secretsmanager:eu-central-1:123456789012:secret:redis-AbCdEf"]]
    error_message = aws_iam_role_policy.dispatcher.policy
  }
}

run "only_vips_are_open_to_the_world" {
  assert {
    condition = alltrue([
      for rule in concat(
        values(aws_vpc_security_group_ingress_rule.vip_to_node), values(aws_vpc_security_group_ingress_rule.dispatcher_to_node),
        values(aws_vpc_security_group_ingress_rule.caller_to_api),
        [aws_vpc_security_group_ingress_rule.api_to_dispatcher, aws_vpc_security_group_ingress_rule.dispatcher_to_redis],
      ) : rule.cidr_ipv4 == null && rule.referenced_security_group_id != null
    ])
    error_message = "something besides VIPs lets addresses in"
  }
  assert {
    condition = {
      for key, rule in aws_vpc_security_group_ingress_rule.client_to_vip : key => "${rule.ip_protocol} ${rule.from_port}-${rule.to_port}"
      } == {
      "media-udp 0.0.0.0/0"  = "udp 40000-40007"
      "media-tcp 0.0.0.0/0"  = "tcp 40000-40007"
      "signalling 0.0.0.0/0" = "tcp 443-443"
    }
    error_message = jsonencode(aws_vpc_security_group_ingress_rule.client_to_vip)
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.dispatcher_to_redis.referenced_security_group_id == aws_security_group.dispatcher.id
    error_message = "Redis is for dispatchers alone"
  }
}

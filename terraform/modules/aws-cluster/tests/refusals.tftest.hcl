# What the module refuses while it plans. The texts of the refusals are read by test/terraform/aws.test.ts.

mock_provider "aws" {}

variables {
  name   = "edge-1"
  vpc_id = "vpc-0123456789abcdef0"
  vips = {
    a = { nodes = 1, zones = { a = { public_subnet_id = "subnet-0a", private_subnet_id = "subnet-1a" } } }
  }
  workers_per_node = 4
  nodes            = { image_id = "ami-0123456789abcdef0", instance_type = "c7g.xlarge" }
  dispatchers = {
    subnet_ids    = ["subnet-1a", "subnet-1b"]
    image_id      = "ami-0123456789abcdef0"
    instance_type = "t4g.small"
  }
  redis = { auth_secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:redis-AbCdEf" }
}

run "more_media_ports_than_listeners" {
  command = plan
  variables {
    vips = { a = { nodes = 13, zones = { a = { public_subnet_id = "subnet-0a", private_subnet_id = "subnet-1a" } } } }
  }
  expect_failures = [var.vips]
}

run "more_workers_than_listeners" {
  command = plan
  variables {
    workers_per_node = 50
  }
  expect_failures = [var.workers_per_node]
}

run "more_load_balancers_than_the_quota" {
  command = plan
  variables {
    quotas = { elastic_ips = 50 }
    vips = {
      for n in range(50) : "v${n}" => { nodes = 1, zones = { a = { public_subnet_id = "subnet-0a", private_subnet_id = "subnet-1a" } } }
    }
  }
  expect_failures = [var.vips]
}

run "more_target_groups_than_the_quota" {
  command = plan
  variables {
    quotas = { target_groups = 5 }
  }
  expect_failures = [var.vips]
}

run "more_addresses_than_the_quota" {
  command = plan
  variables {
    vips = {
      for n in range(6) : "v${n}" => { nodes = 1, zones = { a = { public_subnet_id = "subnet-0a", private_subnet_id = "subnet-1a" } } }
    }
  }
  expect_failures = [var.vips]
}

run "as_many_addresses_as_the_quota" {
  command = plan
  variables {
    vips = {
      for n in range(5) : "v${n}" => { nodes = 1, zones = { a = { public_subnet_id = "subnet-0a", private_subnet_id = "subnet-1a" } } }
    }
  }
}

run "more_groups_than_the_quota" {
  command = plan
  variables {
    quotas = { autoscaling_groups = 1 }
  }
  expect_failures = [var.vips]
}

run "ports_beyond_the_last" {
  command = plan
  variables {
    vips = { a = { nodes = 1, first_media_port = 65533, zones = { a = { public_subnet_id = "subnet-0a", private_subnet_id = "subnet-1a" } } } }
  }
  expect_failures = [var.vips]
}

run "signalling_among_media_ports" {
  command = plan
  variables {
    signalling = { port = 40002 }
  }
  expect_failures = [var.vips]
}

run "half_a_node" {
  command = plan
  variables {
    vips = { a = { nodes = 1.5, zones = { a = { public_subnet_id = "subnet-0a", private_subnet_id = "subnet-1a" } } } }
  }
  expect_failures = [var.vips]
}

run "no_zone" {
  command = plan
  variables {
    vips = { a = { nodes = 1, zones = {} } }
  }
  expect_failures = [var.vips]
}

run "a_name_that_is_too_long" {
  command = plan
  variables {
    name = "edge-number-one"
  }
  expect_failures = [var.name]
}

run "one_dispatcher" {
  command = plan
  variables {
    dispatchers = { subnet_ids = ["subnet-1a", "subnet-1b"], image_id = "ami-0123456789abcdef0", instance_type = "t4g.small", count = 1 }
  }
  expect_failures = [var.dispatchers]
}

run "dispatchers_in_one_zone" {
  command = plan
  override_data {
    target = data.aws_subnet.dispatcher
    values = { availability_zone = "eu-central-1a" }
  }
  expect_failures = [aws_lb.dispatcher]
}

run "an_api_for_the_world" {
  command = plan
  variables {
    dispatchers = { subnet_ids = ["subnet-1a", "subnet-1b"], image_id = "ami-0123456789abcdef0", instance_type = "t4g.small", caller_cidrs = ["0.0.0.0/0"] }
  }
  expect_failures = [var.dispatchers]
}

run "an_api_for_the_inside" {
  command = plan
  variables {
    dispatchers = { subnet_ids = ["subnet-1a", "subnet-1b"], image_id = "ami-0123456789abcdef0", instance_type = "t4g.small", caller_cidrs = ["10.7.0.0/16", "172.20.0.0/24"] }
  }
}

run "more_rules_than_a_security_group_has" {
  command = plan
  variables {
    client_cidrs = [for n in range(21) : "198.51.100.${n}/32"]
  }
  expect_failures = [var.client_cidrs]
}

run "a_drain_longer_than_hooks_wait" {
  command = plan
  variables {
    nodes = { image_id = "ami-0123456789abcdef0", instance_type = "c7g.xlarge", drain_limit_seconds = 30000 }
  }
  expect_failures = [var.nodes]
}

run "user_data_of_a_node_that_is_not" {
  command = plan
  variables {
    node_user_data = { a-2 = "#cloud-config\n" }
  }
  expect_failures = [var.node_user_data]
}

run "a_token_in_user_data" {
  command = plan
  variables {
    node_user_data = { a-1 = "#!/bin/sh\nROOMLB_TOKEN_FILE=x\nroomlb drain --token rlb_0123456789abcdef\n" }
  }
  expect_failures = [var.node_user_data]
}

run "a_password_in_user_data" {
  command = plan
  variables {
    dispatcher_user_data = "#!/bin/sh\nexport ROOMLB_REDIS_PASSWORD=hunter2\n"
  }
  expect_failures = [var.dispatcher_user_data]
}

run "a_password_that_is_fetched" {
  command = plan
  variables {
    dispatcher_user_data = "#!/bin/sh\nexport ROOMLB_REDIS_PASSWORD=\"$(aws secretsmanager get-secret-value)\"\nroomlb serve --store-password-file /run/roomlb/redis\n"
  }
}

run "a_password_in_place_of_an_arn" {
  command = plan
  variables {
    redis = { auth_secret_arn = "hunter2-hunter2-hunter2" }
  }
  expect_failures = [var.redis]
}

run "tags_that_are_taken" {
  command = plan
  variables {
    tags = { "roomlb:node" = "a-1" }
  }
  expect_failures = [var.tags]
}

run "a_vpc_that_is_none" {
  command = plan
  variables {
    vpc_id = "10.0.0.0/16"
  }
  expect_failures = [var.vpc_id]
}

run "an_id_of_a_vip_that_no_name_holds" {
  command = plan
  variables {
    vips = { Public = { nodes = 1, zones = { a = { public_subnet_id = "subnet-0a", private_subnet_id = "subnet-1a" } } } }
  }
  expect_failures = [var.vips]
}

run "a_subnet_that_is_none" {
  command = plan
  variables {
    vips = { a = { nodes = 1, zones = { a = { public_subnet_id = "subnet-0a", private_subnet_id = "private" } } } }
  }
  expect_failures = [var.vips]
}

run "a_protocol_that_media_has_not" {
  command = plan
  variables {
    media_protocols = ["udp", "sctp"]
  }
  expect_failures = [var.media_protocols]
}

run "a_signalling_port_that_is_none" {
  command = plan
  variables {
    signalling = { port = 0 }
  }
  expect_failures = [var.signalling]
}

run "a_certificate_that_is_a_file" {
  command = plan
  variables {
    signalling = { certificate_arn = "/etc/roomlb/tls.pem" }
  }
  expect_failures = [var.signalling]
}

run "a_domain_that_is_an_address" {
  command = plan
  variables {
    signalling = { domain = "192.0.2.1" }
  }
  expect_failures = [var.signalling]
}

run "health_on_the_port_of_signalling" {
  command = plan
  variables {
    health_port = 4443
  }
  expect_failures = [var.health_port]
}

run "clients_by_name" {
  command = plan
  variables {
    client_cidrs = ["clients.example.net"]
  }
  expect_failures = [var.client_cidrs]
}

run "an_image_by_name" {
  command = plan
  variables {
    nodes = { image_id = "al2023", instance_type = "c7g.xlarge" }
  }
  expect_failures = [var.nodes]
}

run "a_unit_that_is_shell" {
  command = plan
  variables {
    nodes = { image_id = "ami-0123456789abcdef0", instance_type = "c7g.xlarge", service = "x.service; reboot" }
  }
  expect_failures = [var.nodes]
}

run "dispatchers_in_one_subnet" {
  command = plan
  variables {
    dispatchers = { subnet_ids = ["subnet-1a", "subnet-1a"], image_id = "ami-0123456789abcdef0", instance_type = "t4g.small" }
  }
  expect_failures = [var.dispatchers]
}

run "dispatchers_of_an_image_by_name" {
  command = plan
  variables {
    dispatchers = { subnet_ids = ["subnet-1a", "subnet-1b"], image_id = "al2023", instance_type = "t4g.small" }
  }
  expect_failures = [var.dispatchers]
}

run "redis_without_a_replica" {
  command = plan
  variables {
    redis = { auth_secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:redis-AbCdEf", replicas = 0 }
  }
  expect_failures = [var.redis]
}

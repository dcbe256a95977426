# No dispatcher: what it would answer is made up, but functions are the provider's own.
mock_provider "roomlb" {}

variables {
  cluster = "edge-1"
  vip = {
    addresses  = ["203.0.113.10"]
    signalling = { port = 443, domain = "sfu.example.net" }
    media      = { ports = "40000-40099" }
  }
  vrrp = { interface = "eth0", router_id = 51 }
  balancers = {
    lb-1 = { address = "203.0.113.2" }
    lb-2 = { address = "203.0.113.3" }
  }
  nodes = {
    sfu-1 = { addresses = ["198.51.100.11"], media_ports = "40000-40003", signalling_port = 443, health_port = 9100, zone = "a" }
    sfu-2 = { addresses = ["198.51.100.12"], media_ports = "40004-40007", signalling_port = 443, health_port = 9100, zone = "b" }
  }
}

run "a_pair_by_multicast_has_one_file" {
  command = plan
  assert {
    condition     = output.files["lb-1"] == output.files["lb-2"]
    error_message = "What roomlb sync writes is the same for both."
  }
  assert {
    condition     = strcontains(output.files["lb-1"]["/etc/keepalived/keepalived.conf"], "    virtual_router_id 51\n    priority 100\n    advert_int 1\n    virtual_ipaddress {\n        203.0.113.10/32 dev eth0\n")
    error_message = output.files["lb-1"]["/etc/keepalived/keepalived.conf"]
  }
  assert {
    condition     = alltrue([for node in ["sfu-1", "sfu-2"] : strcontains(output.files["lb-1"]["/etc/keepalived/keepalived.conf"], "virtual_server_group public/media/${node}/udp/203.0.113.10 {")])
    error_message = output.files["lb-1"]["/etc/keepalived/keepalived.conf"]
  }
  assert {
    condition     = roomlb_node.this["sfu-2"].media_ports == "40004-40007" && roomlb_node.this["sfu-2"].drain_timeout == "10m" && roomlb_vip.this.vrrp.router_id == 51
    error_message = "The dispatcher has to know of them too."
  }
  assert {
    condition     = length(roomlb_health_policy.this) == 0 && length(roomlb_placement_policy.this) == 0
    error_message = "What others may manage is left alone."
  }
  assert {
    condition     = output.node_setup == null
    error_message = "With nat nodes need no addresses of the VIP."
  }
}

run "unicast_tells_each_of_the_others" {
  command = plan
  variables {
    vrrp = { interface = "bond0.120", router_id = 51, unicast = true }
    balancers = {
      lb-1 = { address = "203.0.113.2", priority = 150 }
      lb-2 = { address = "203.0.113.3", priority = 100 }
    }
  }
  assert {
    condition     = strcontains(output.files["lb-1"]["/etc/keepalived/keepalived.conf"], "    interface bond0.120\n    virtual_router_id 51\n    priority 150\n    advert_int 1\n    unicast_src_ip 203.0.113.2\n    unicast_peer {\n        203.0.113.3\n    }\n")
    error_message = output.files["lb-1"]["/etc/keepalived/keepalived.conf"]
  }
  assert {
    condition     = strcontains(output.files["lb-2"]["/etc/keepalived/keepalived.conf"], "    priority 100\n    advert_int 1\n    unicast_src_ip 203.0.113.3\n    unicast_peer {\n        203.0.113.2\n    }\n")
    error_message = output.files["lb-2"]["/etc/keepalived/keepalived.conf"]
  }
}

run "nodes_of_dsr_are_set_up" {
  command = plan
  variables {
    vip = {
      addresses  = ["203.0.113.10"]
      forwarding = "dsr"
      signalling = { port = 443, domain = "sfu.example.net" }
      media      = { ports = "40000-40099", protocols = ["udp"] }
    }
  }
  assert {
    condition     = startswith(output.node_setup, "#!/bin/sh\n") && strcontains(output.node_setup, "203.0.113.10")
    error_message = "The VIP goes on the loopback of nodes."
  }
}

run "policies_where_they_are_asked_for" {
  command = plan
  variables {
    health_policy    = { interval = "1s", timeout = "500ms" }
    placement_policy = { algorithm = "rendezvous" }
  }
  assert {
    condition     = roomlb_health_policy.this[0].interval == "1s" && roomlb_placement_policy.this[0].algorithm == "rendezvous"
    error_message = "Both are the cluster's."
  }
}

run "nobody_to_take_over" {
  command = plan
  variables {
    balancers = { lb-1 = { address = "203.0.113.2" } }
  }
  expect_failures = [var.balancers]
}

run "one_balancer_that_is_meant" {
  command = plan
  variables {
    balancers       = { lb-1 = { address = "203.0.113.2" } }
    single_balancer = true
  }
  assert {
    condition     = keys(output.files) == ["lb-1"]
    error_message = "One."
  }
}

run "a_balancer_at_the_address_of_the_vip" {
  command = plan
  variables {
    balancers = {
      lb-1 = { address = "203.0.113.2" }
      lb-2 = { address = "203.0.113.10" }
    }
  }
  expect_failures = [var.balancers]
}

run "balancers_with_one_address" {
  command = plan
  variables {
    balancers = {
      lb-1 = { address = "203.0.113.2" }
      lb-2 = { address = "203.0.113.2" }
    }
  }
  expect_failures = [var.balancers]
}

run "nodes_with_one_port_in_common" {
  command = plan
  variables {
    nodes = {
      sfu-1 = { addresses = ["198.51.100.11"], media_ports = "40000-40003" }
      sfu-2 = { addresses = ["198.51.100.12"], media_ports = "40003-40006" }
    }
  }
  expect_failures = [var.nodes]
}

run "a_node_within_the_ports_of_another" {
  command = plan
  variables {
    nodes = {
      sfu-1 = { addresses = ["198.51.100.11"], media_ports = "40002" }
      sfu-2 = { addresses = ["198.51.100.12"], media_ports = "40000-40006" }
      sfu-3 = { addresses = ["198.51.100.13"], media_ports = "40007" }
    }
  }
  expect_failures = [var.nodes]
}

run "a_node_outside_of_the_ports_of_the_vip" {
  command = plan
  variables {
    nodes = {
      sfu-1 = { addresses = ["198.51.100.11"], media_ports = "40098-40101" }
    }
  }
  expect_failures = [var.nodes]
}

run "nodes_with_one_address" {
  command = plan
  variables {
    nodes = {
      sfu-1 = { addresses = ["198.51.100.11"], media_ports = "40000" }
      sfu-2 = { addresses = ["198.51.100.11"], media_ports = "40001" }
    }
  }
  expect_failures = [var.nodes]
}

run "a_router_id_that_is_none" {
  command = plan
  variables {
    vrrp = { interface = "eth0", router_id = 256 }
  }
  expect_failures = [var.vrrp]
}

run "an_interface_that_is_more_than_a_name" {
  command = plan
  variables {
    vrrp = { interface = "eth0 {\n", router_id = 51 }
  }
  expect_failures = [var.vrrp]
}

run "tls_that_ipvs_does_not_end" {
  command = plan
  variables {
    vip = {
      addresses  = ["203.0.113.10"]
      signalling = { port = 443, tls = "terminate" }
      media      = { ports = "40000-40099" }
    }
  }
  expect_failures = [var.vip]
}

run "balancers_that_follow_the_dispatchers" {
  command = plan
  variables {
    sync = { dispatchers = ["https://rooms-1.example.net", "https://rooms-2.example.net"], token_file = "/etc/roomlb/token" }
  }
  assert {
    condition     = strcontains(output.files["lb-2"]["/etc/systemd/system/roomlb-sync@lb-2.service.d/terraform.conf"], "\nExecStart=\"/usr/local/bin/roomlb\" \"sync\" \"lb-2\" \"--dispatcher\" \"https://rooms-1.example.net\" \"https://rooms-2.example.net\" \"--token-file\" \"/etc/roomlb/token\"\n")
    error_message = output.files["lb-2"]["/etc/systemd/system/roomlb-sync@lb-2.service.d/terraform.conf"]
  }
  assert {
    condition     = !strcontains(output.files["lb-2"]["/etc/systemd/system/roomlb-sync@lb-2.service.d/terraform.conf"], "User=")
    error_message = "It is root, as the unit says."
  }
  assert {
    condition     = yamldecode(output.user_data["lb-1"]).runcmd == [["modprobe", "ip_vs"], ["sysctl", "--system"], ["systemctl", "enable", "--now", "keepalived.service"], ["systemctl", "daemon-reload"], ["systemctl", "enable", "--now", "roomlb-sync@lb-1.service"]]
    error_message = "keepalived runs before its agent."
  }
  assert {
    condition     = [for balancer in yamldecode(output.declaration).balancers : balancer.id] == ["lb-1", "lb-2"]
    error_message = output.declaration
  }
}

run "an_agent_cannot_write_files_that_differ" {
  command = plan
  variables {
    vrrp = { interface = "eth0", router_id = 51, unicast = true }
    sync = { dispatchers = ["https://rooms-1.example.net"] }
  }
  expect_failures = [var.sync]
}

run "a_dispatcher_that_is_none" {
  command = plan
  variables {
    sync = { dispatchers = ["rooms-1.example.net"] }
  }
  expect_failures = [var.sync]
}

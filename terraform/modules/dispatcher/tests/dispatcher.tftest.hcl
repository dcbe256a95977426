variables {
  cluster = "edge-1"
}

run "alone_on_loopback" {
  command = plan
  assert {
    condition     = strcontains(output.files["/etc/systemd/system/roomlb.service.d/terraform.conf"].content, "\nExecStart=\"/usr/local/bin/roomlb\" \"serve\" \"--topology\" \"/etc/roomlb/topology.yaml\" \"--store\" \"file:/var/lib/roomlb/claims\" \"--listen\" \"127.0.0.1:8080\"\n")
    error_message = output.files["/etc/systemd/system/roomlb.service.d/terraform.conf"].content
  }
  assert {
    condition     = yamldecode(output.files["/etc/roomlb/topology.yaml"].content) == { cluster = "edge-1", vips = [], nodes = [] }
    error_message = "An empty cluster, to be filled by resources."
  }
}

run "one_of_several" {
  command = plan
  variables {
    listen              = "0.0.0.0:8443"
    tokens_file         = "/etc/roomlb/tokens"
    behind_tls_proxy    = true
    store               = "rediss://roomlb@cache.example.net:6379/0"
    store_password_file = "/etc/roomlb/redis"
    allow_hosts         = ["rooms.example.net"]
    topology            = "cluster: edge-1\nvips: []\nnodes: []\n"
  }
  assert {
    condition     = strcontains(output.files["/etc/systemd/system/roomlb.service.d/terraform.conf"].content, "\"--listen\" \"0.0.0.0:8443\" \"--store-password-file\" \"/etc/roomlb/redis\" \"--tokens\" \"/etc/roomlb/tokens\" \"--behind-tls-proxy\" \"--allow-host\" \"rooms.example.net\"\n")
    error_message = output.files["/etc/systemd/system/roomlb.service.d/terraform.conf"].content
  }
  assert {
    condition     = output.files["/etc/roomlb/topology.yaml"].content == "cluster: edge-1\nvips: []\nnodes: []\n"
    error_message = "A topology goes as it is, with its comments."
  }
}

run "open_to_all_without_tokens" {
  command = plan
  variables {
    listen           = "0.0.0.0:8443"
    behind_tls_proxy = true
  }
  expect_failures = [var.listen]
}

run "tokens_in_the_clear" {
  command = plan
  variables {
    listen      = "[::]:8443"
    tokens_file = "/etc/roomlb/tokens"
  }
  expect_failures = [var.listen]
}

run "a_port_that_only_root_opens" {
  command = plan
  variables { listen = "127.0.0.1:443" }
  expect_failures = [var.listen]
}

run "a_password_in_the_address" {
  command = plan
  variables { store = "rediss://roomlb:secret@cache.example.net:6379/0" }
  expect_failures = [var.store]
}

run "the_topology_of_another_cluster" {
  command = plan
  variables { topology = "cluster: edge-2\nvips: []\n" }
  expect_failures = [var.topology]
}

run "a_certificate_without_its_key" {
  command = plan
  variables { tls_certificate_file = "/etc/roomlb/tls.pem" }
  expect_failures = [var.tls_certificate_file]
}

run "a_name_that_is_more_than_a_name" {
  command = plan
  variables { cluster = "edge-1\nvips: 1" }
  expect_failures = [var.cluster]
}

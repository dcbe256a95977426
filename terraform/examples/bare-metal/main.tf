# Two balancers with keepalived and IPVS, three media nodes that answer clients themselves (DSR). The addresses are those
# of documents (RFC 5737, RFC 3849): put in your own.

terraform {
  required_version = ">= 1.9"
  required_providers {
    roomlb = {
      source = "roomlb/roomlb"
    }
  }
}

# ROOMLB_ENDPOINT and ROOMLB_TOKEN say which dispatcher, and who asks.
provider "roomlb" {}

locals {
  nodes = {
    sfu-1 = { addresses = ["198.51.100.11", "2001:db8:1::11"], media_ports = "40000-40003", zone = "a" }
    sfu-2 = { addresses = ["198.51.100.12", "2001:db8:1::12"], media_ports = "40004-40007", zone = "a" }
    sfu-3 = { addresses = ["198.51.100.13", "2001:db8:1::13"], media_ports = "40008-40015", zone = "b", weight = 200 }
  }
}

module "cluster" {
  source = "../../modules/bare-metal"

  cluster = "edge-1"
  vip = {
    addresses  = ["198.51.100.10", "2001:db8:1::10"]
    forwarding = "dsr"
    signalling = { port = 8443, domain = "sfu.example.net" }
    media      = { ports = "40000-40999" }
  }
  vrrp = { interface = "eth0", router_id = 51 }
  balancers = {
    lb-1 = { address = "198.51.100.2" }
    lb-2 = { address = "198.51.100.3" }
  }
  nodes         = { for id, node in local.nodes : id => merge({ signalling_port = 8443, health_port = 9100 }, node) }
  health_policy = { interval = "2s", timeout = "1s", slow_start = "30s" }
}

module "node" {
  for_each = local.nodes
  source   = "../../modules/media-node"

  node        = each.key
  dispatchers = ["https://rooms-1.example.net", "https://rooms-2.example.net"]
  token_file  = "/etc/roomlb/token"
  node_setup  = module.cluster.node_setup
}

output "balancers" {
  description = "Files of each balancer: name → path → content."
  value       = module.cluster.files
}

output "nodes" {
  description = "User data of each node, for cloud-init."
  value       = { for id, node in module.node : id => node.user_data }
}

output "findings" {
  value = module.cluster.findings
}

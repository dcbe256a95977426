locals {
  nodes = {
    sfu-1 = { address = "192.0.2.11", ports = "40000-40001" }
    sfu-2 = { address = "192.0.2.12", ports = "40002-40003" }
  }
}

# The file of each balancer, and in a plan the lines of it that change, with no dispatcher to ask.
output "nftables" {
  value = provider::roomlb::render("nftables", jsonencode({
    cluster = "edge-1"
    vips    = [{ id = "public", addresses = ["192.0.2.10"], media = { ports = "40000-40099" } }]
    nodes = [for id, node in local.nodes : {
      id = id, kind = "mediasoup", vip = "public", addresses = [node.address], mediaPorts = node.ports
    }]
  })).text
}

locals {
  topology = jsonencode({
    cluster = "edge-1"
    vips = [{
      id         = "public"
      addresses  = ["192.0.2.10"]
      signalling = { port = 443, domain = "sfu.example.net" }
      media      = { ports = "40000-40099" }
    }]
    nodes = [
      { id = "sfu-1", kind = "mediasoup", vip = "public", addresses = ["192.0.2.11"], mediaPorts = "40000-40001" },
      { id = "sfu-2", kind = "mediasoup", vip = "public", addresses = ["192.0.2.12"], mediaPorts = "40002-40003" },
    ]
  })
}

# By hash alone; every dispatcher with this topology says the same while no node is full or down.
output "standup" {
  value = provider::roomlb::place("standup", local.topology)
}

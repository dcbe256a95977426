# What HAProxy would get, before any dispatcher knows of the change.
output "haproxy_cfg" {
  value = provider::roomlb::render("haproxy", jsonencode({
    cluster = "edge-1"
    vips    = [{ id = "public", addresses = ["192.0.2.10"], signalling = { port = 443, domain = "sfu.example.net" } }]
    nodes   = [{ id = "sfu-1", kind = "mediasoup", vip = "public", addresses = ["192.0.2.11"], signallingPort = 4443 }]
  })).text
}

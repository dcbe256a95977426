# Three nodes with four media workers each. Ports are unique behind the VIP.
resource "roomlb_node" "sfu" {
  for_each = {
    sfu-11 = { address = "192.0.2.11", zone = "a", media_ports = "41000-41003" }
    sfu-12 = { address = "192.0.2.12", zone = "b", media_ports = "41004-41007" }
    sfu-13 = { address = "192.0.2.13", zone = "c", media_ports = "41008-41011" }
  }

  id              = each.key
  kind            = "mediasoup"
  vip             = "public"
  addresses       = [each.value.address]
  zone            = each.value.zone
  signalling_port = 4443
  media_ports     = each.value.media_ports
  health_port     = 9100

  # When it is destroyed: no new rooms, and up to ten minutes for those that are there.
  drain_timeout = "10m"
}

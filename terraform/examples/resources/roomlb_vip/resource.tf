resource "roomlb_vip" "public" {
  id        = "public-v4"
  addresses = ["203.0.113.10"]

  # Clients name the node that they mean by the host name: wss://sfu-1.sfu.example.net/
  signalling = {
    port   = 443
    domain = "sfu.example.net"
  }

  # Each media worker has one port of these, forwarded to it unchanged.
  media = {
    protocols    = ["udp", "tcp"]
    ports        = "40000-40999"
    idle_timeout = "60s"
    drain        = "keep-flows"
  }

  vrrp = {
    interface = "eth0"
    router_id = 51
  }
}

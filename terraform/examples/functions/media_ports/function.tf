# A rule for each media worker of a node, whatever makes the rules.
output "rules" {
  value = [
    for port in provider::roomlb::media_ports("40000-40003") : "udp ${port} -> sfu-1"
  ]
}

data "roomlb_lb_config" "haproxy" {
  target = "haproxy"
}

# For whatever brings files to the balancers.
output "haproxy_cfg" {
  value = data.roomlb_lb_config.haproxy.text
}

output "revision" {
  value = data.roomlb_lb_config.haproxy.revision
}

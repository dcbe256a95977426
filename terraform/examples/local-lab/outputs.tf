output "try" {
  description = "A room, and its node through HAProxy."
  value = [
    "curl -X PUT ${local.endpoint}/v1/rooms/standup",
    "curl http://${one(roomlb_vip.public.addresses)}:8443/n/${keys(var.nodes)[0]}/",
  ]
}

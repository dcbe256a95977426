output "try" {
  description = "A room, and its node through HAProxy."
  value = [
    # A node that was not there yet counts as down until it answered twice.
    "curl --retry 5 -X PUT ${local.endpoint}/v1/rooms/standup",
    "curl ${local.through}",
  ]
}

data "roomlb_health" "now" {}

# A check of its own kind: it warns in plans while a node is down, and blocks nothing.
check "nodes" {
  assert {
    condition     = alltrue([for node in data.roomlb_health.now.nodes : node.state != "down"])
    error_message = "Down: ${join(", ", [for node in data.roomlb_health.now.nodes : node.node if node.state == "down"])}."
  }
}

data "roomlb_nodes" "all" {}

output "addresses" {
  value = { for node in data.roomlb_nodes.all.nodes : node.id => node.addresses }
}

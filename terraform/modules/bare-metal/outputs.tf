output "files" {
  description = "What each balancer gets, for whatever brings files there: name → path → content."
  value       = { for name, files in local.files : name => merge(files, var.sync == null ? {} : { for path, file in module.sync[name].files : path => file.content }) }
}

output "findings" {
  description = "What IPVS cannot carry as asked, and what has to be known."
  value       = distinct(flatten([for rendering in local.rendered : rendering.findings]))
}

output "node_setup" {
  description = "Script that prepares a node for DSR or tunnel forwarding, run as root with the node's id; null with nat. For `node_setup` of the module media-node."
  value       = var.vip.forwarding == "nat" ? null : provider::roomlb::render("node-setup", values(local.topologies)[0]).text
}

output "vip" {
  description = "Id of the VIP, once the dispatcher has it."
  value       = roomlb_vip.this.id
}

output "nodes" {
  description = "Ids of the nodes, once the dispatcher has them."
  value       = [for node in roomlb_node.this : node.id]
}

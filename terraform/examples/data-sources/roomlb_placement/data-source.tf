data "roomlb_placement" "rooms" {
  rooms = ["standup", "retro"]
}

output "nodes" {
  value = { for each in data.roomlb_placement.rooms.placements : each.room => each.node.id }
}

# The weekly show stays on the large node, whatever its name hashes to.
resource "roomlb_room" "show" {
  room   = "weekly-show"
  node   = "sfu-2"
  strict = true # no other node, should that one be away
}

output "show" {
  value = roomlb_room.show.signalling_url
}

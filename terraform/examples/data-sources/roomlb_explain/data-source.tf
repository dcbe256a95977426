data "roomlb_explain" "standup" {
  room = "standup"
}

output "why" {
  value = { for each in data.roomlb_explain.standup.candidates : each.node => "${each.verdict}: ${each.reason}" }
}

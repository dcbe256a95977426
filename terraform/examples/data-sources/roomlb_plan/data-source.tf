# What `roomlb apply lb-1` would change at the engine now; null where it is as it should be.
data "roomlb_plan" "lb_1" {
  balancer = "lb-1"
}

output "pending" {
  value = try(data.roomlb_plan.lb_1.plan.counts, null)
}

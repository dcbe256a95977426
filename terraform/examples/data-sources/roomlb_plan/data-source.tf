# What `roomlb apply lb-1` would change at the engine now.
data "roomlb_plan" "lb_1" {
  balancer = "lb-1"
}

output "pending" {
  value = data.roomlb_plan.lb_1.pending ? data.roomlb_plan.lb_1.plan.steps : []
}

import {
  to = roomlb_health_policy.this
  id = "health"
}

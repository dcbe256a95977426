import {
  to = roomlb_placement_policy.this
  id = "placement"
}

import {
  to = roomlb_maintenance_window.kernel_updates
  id = "kernel-updates"
}

# Every Sunday at three the nodes of zone a are drained for two hours.
resource "roomlb_maintenance_window" "kernel_updates" {
  id        = "kernel-updates"
  cron      = "0 3 * * sun"
  duration  = "2h"
  time_zone = "Asia/Seoul"
  zone      = "a"
}

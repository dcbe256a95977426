# A cluster has one of these; destroying it puts back the defaults.
resource "roomlb_health_policy" "this" {
  interval        = "2s"
  timeout         = "1s"
  fall            = 3
  panic_threshold = 0.5
  slow_start      = "30s"
}

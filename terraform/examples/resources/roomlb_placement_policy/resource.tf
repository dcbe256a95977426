# A cluster has one of these; destroying it puts back the defaults.
resource "roomlb_placement_policy" "this" {
  algorithm        = "maglev"
  load_bound       = 1.25
  moves_per_second = 20
}

import {
  to = roomlb_node.sfu["sfu-11"]
  id = "sfu-11"
}

import {
  to = roomlb_vip.public
  id = "public-v4"
}

import {
  to = roomlb_room.show
  id = "weekly-show"
}

terraform import roomlb_room.show weekly-show

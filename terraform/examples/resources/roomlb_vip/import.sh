terraform import roomlb_vip.public public-v4

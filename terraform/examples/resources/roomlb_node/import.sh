terraform import 'roomlb_node.sfu["sfu-11"]' sfu-11

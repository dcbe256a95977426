terraform {
  # Functions of providers came with 1.8; conditions of variables look at other variables from 1.9 on.
  required_version = ">= 1.9"
  required_providers {
    roomlb = {
      source = "roomlb/roomlb"
    }
  }
}

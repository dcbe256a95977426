terraform {
  required_version = ">= 1.8"
  required_providers {
    roomlb = {
      source = "roomlb/roomlb"
    }
  }
}

# The dispatcher; ROOMLB_ENDPOINT and ROOMLB_TOKEN in the environment do as well, and keep tokens out of files.
provider "roomlb" {
  endpoint = "http://127.0.0.1:8080"
}

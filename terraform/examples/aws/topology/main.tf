# What dispatchers are to know of the cluster: its VIPs and nodes. A configuration of its own, since the API is reached
# from inside the VPC alone, and only once the cluster is there:
#
#   export ROOMLB_ENDPOINT=https://roomlb.internal.example.net ROOMLB_TOKEN=…    (scopes read and topology:write)
#   terraform apply
#
# It changes when slots come or go: for more nodes or fewer, the cluster first, whose instances drain, then this. An
# instance that is replaced changes nothing here.
terraform {
  required_version = ">= 1.9"

  required_providers {
    roomlb = {
      source = "roomlb/roomlb"
    }
  }
}

provider "roomlb" {}

data "terraform_remote_state" "cluster" {
  backend = "local"
  config  = { path = var.cluster_state }
}

variable "cluster_state" {
  description = "The state of the cluster's configuration; with another backend, change the data source."
  type        = string
  default     = "../terraform.tfstate"
}

resource "roomlb_vip" "vip" {
  for_each = data.terraform_remote_state.cluster.outputs.topology.vips

  id         = each.key
  addresses  = each.value.addresses
  forwarding = each.value.forwarding
  signalling = each.value.signalling
  media      = each.value.media
}

resource "roomlb_node" "node" {
  for_each = data.terraform_remote_state.cluster.outputs.topology.nodes

  id              = each.key
  kind            = each.value.kind
  vip             = roomlb_vip.vip[each.value.vip].id
  zone            = each.value.zone
  addresses       = each.value.addresses
  signalling_port = each.value.signalling_port
  media_ports     = each.value.media_ports
  health_port     = each.value.health_port
  stun_port       = each.value.stun_port
}

# A cluster on one machine: a dispatcher, two media nodes, and HAProxy in front with what the dispatcher renders. All
# of it on loopback addresses. One apply brings it up, destroy takes it down.

terraform {
  required_version = ">= 1.9"
  required_providers {
    roomlb = {
      source = "roomlb/roomlb"
    }
  }
}

locals {
  endpoint = "http://127.0.0.1:${var.port}"
  through  = "http://${var.network}.100:8443/n/${keys(var.nodes)[0]}/"
  roomlb   = var.roomlb == null ? ["node", abspath("${path.module}/../../../dist/cli/main.js")] : var.roomlb

  # What destroys a process has to be kept with it: Terraform lets it look at nothing else then.
  lab     = abspath(var.folder)
  process = abspath("${path.module}/process.sh")
}

resource "terraform_data" "dispatcher" {
  input = {
    endpoint = local.endpoint
    process  = local.process
    lab      = local.lab
  }
  triggers_replace = [local.endpoint, local.roomlb, var.network]

  provisioner "local-exec" {
    interpreter = concat(
      [local.process, "start", "dispatcher", "${local.endpoint}/healthz"],
      local.roomlb,
      ["serve", "--topology", "${local.lab}/dispatcher.cfg", "--store", "memory", "--listen"],
    )
    command = "127.0.0.1:${var.port}"
    environment = {
      LAB = local.lab
      # Empty but for where nodes may be: everything else is resources below.
      CONFIG = jsonencode({ cluster = "local-lab", nodeRanges = ["${var.network}.0/24"], vips = [], nodes = [] })
    }
  }

  provisioner "local-exec" {
    when        = destroy
    interpreter = [self.output.process, "stop"]
    command     = "dispatcher"
    environment = { LAB = self.output.lab }
  }
}

# It waits for the dispatcher: until that runs, the endpoint is not known.
provider "roomlb" {
  endpoint = terraform_data.dispatcher.output.endpoint
  # A lab: destroy may take everything away.
  allow_empty_pools = true
}

resource "roomlb_vip" "public" {
  id         = "public"
  addresses  = ["${var.network}.100"]
  signalling = { port = 8443, tls = "off" }
  media      = { ports = "40000-40099" }
}

resource "roomlb_node" "sfu" {
  for_each = var.nodes

  id              = each.key
  kind            = "mediasoup"
  vip             = roomlb_vip.public.id
  addresses       = ["${var.network}.${each.value.host}"]
  zone            = each.value.zone
  weight          = each.value.weight
  signalling_port = 4443
  media_ports     = each.value.media_ports
  health_port     = 4480
}

resource "terraform_data" "media_node" {
  for_each = var.media_nodes ? var.nodes : {}

  input = {
    name    = "media-node-${roomlb_node.sfu[each.key].id}"
    process = local.process
    lab     = local.lab
  }
  triggers_replace = [local.endpoint, local.roomlb, var.network]

  provisioner "local-exec" {
    interpreter = concat(
      [local.process, "start", self.input.name, "http://${var.network}.${each.value.host}:4480/health"],
      local.roomlb,
      ["media-node", each.key, "--dispatcher", local.endpoint, "--drain-limit"],
    )
    command     = "3"
    environment = { LAB = local.lab }
  }

  provisioner "local-exec" {
    when        = destroy
    interpreter = [self.output.process, "stop"]
    command     = self.output.name
    environment = { LAB = self.output.lab }
  }
}

data "roomlb_lb_config" "haproxy" {
  target     = "haproxy"
  depends_on = [roomlb_node.sfu]
}

# Started anew by another configuration. It has a /run of its own: its stats socket is nobody else's. It is there once
# the first node is well in its eyes.
resource "terraform_data" "haproxy" {
  input = {
    process = local.process
    lab     = local.lab
  }
  triggers_replace = [data.roomlb_lb_config.haproxy.text]
  depends_on       = [terraform_data.media_node]

  provisioner "local-exec" {
    interpreter = [
      local.process, "start", "haproxy", var.media_nodes ? local.through : "",
      "unshare", "--mount", "--propagation", "private", "sh", "-c",
      "mount -t tmpfs tmpfs /run && mkdir /run/haproxy && exec haproxy -db -f \"$0\"",
    ]
    command = "${local.lab}/haproxy.cfg"
    environment = {
      LAB    = local.lab
      CONFIG = data.roomlb_lb_config.haproxy.text
    }
  }

  provisioner "local-exec" {
    when        = destroy
    interpreter = [self.output.process, "stop"]
    command     = "haproxy"
    environment = { LAB = self.output.lab }
  }
}

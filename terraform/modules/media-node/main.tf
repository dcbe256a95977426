locals {
  unit = "roomlb-media-node@${var.node}.service"
  home = "/var/lib/roomlb"
  # systemd's own lines have no quotes around names of units and paths: ids need none.
  setup = "/usr/local/sbin/roomlb-node-setup"
}

module "user_data" {
  source = "../user-data"

  unit = local.unit
  unit_files = {
    "roomlb-media-node@.service" = file("${path.module}/../../../lb-config/operations/roomlb-media-node@.service")
  }
  command = concat(
    [var.roomlb, "media-node", var.node, "--dispatcher"], var.dispatchers,
    var.token_file == null ? [] : ["--token-file", var.token_file],
    var.enrolment_file == null ? [] : ["--enrolment-file", var.enrolment_file, "--credential-file", "${local.home}/credential"],
    var.dispatcher_ca_file == null ? [] : ["--dispatcher-ca", var.dispatcher_ca_file],
    ["--drain-limit", tostring(var.drain_limit)],
    var.arguments,
  )
  environment      = var.environment
  environment_file = "/etc/roomlb/media-node.env"
  drop_in = concat(
    ["TimeoutStopSec=${var.drain_limit + 30}"],
    # As root, and before: addresses of the VIP, and how the kernel takes packets for them.
    var.node_setup == null ? [] : ["ExecStartPre=+${local.setup} ${var.node}"],
  )
  scripts  = var.node_setup == null ? {} : { (local.setup) = var.node_setup }
  files    = var.files
  packages = var.packages
  prepare  = var.prepare
}

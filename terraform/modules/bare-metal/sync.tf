module "sync" {
  for_each = var.sync == null ? {} : var.balancers
  source   = "../user-data"

  unit = "roomlb-sync@${each.key}.service"
  unit_files = {
    "roomlb-sync@.service" = file("${path.module}/../../../lb-config/operations/roomlb-sync@.service")
  }
  # It changes the kernel's tables: the unit takes away what else root may do.
  user = null
  command = concat(
    [var.sync.roomlb, "sync", each.key, "--dispatcher"], var.sync.dispatchers,
    var.sync.token_file == null ? [] : ["--token-file", var.sync.token_file],
  )
  # Node's own way to trust further authorities.
  environment      = var.sync.ca_file == null ? {} : { NODE_EXTRA_CA_CERTS = var.sync.ca_file }
  environment_file = "/etc/roomlb/sync.env"
  # What it begins with, until the first dispatcher answers.
  files = merge(local.files[each.key], {
    "/etc/modules-load.d/roomlb.conf" = "ip_vs\n"
  })
  packages = var.sync.packages
  prepare = concat(var.sync.prepare, [
    ["modprobe", "ip_vs"],
    ["sysctl", "--system"],
    ["systemctl", "enable", "--now", "keepalived.service"],
  ])
}

locals {
  declared = var.sync == null ? [] : [for name in keys(var.balancers) : {
    id         = name
    target     = "keepalived"
    host       = name
    interval   = var.sync.interval
    maxRemoved = var.sync.max_removed
    drift      = var.sync.drift
  }]
}

output "declaration" {
  description = "With sync: the topology that dispatchers begin with, as YAML, for `topology` of the module dispatcher. It declares the balancers; VIP and nodes are resources."
  value       = var.sync == null ? null : yamlencode({ cluster = var.cluster, vips = [], nodes = [], balancers = local.declared })
}

output "user_data" {
  description = "With sync: user data of each balancer, for cloud-init."
  value       = { for name, balancer in module.sync : name => balancer.user_data }
}

locals {
  unit     = "roomlb.service"
  topology = "/etc/roomlb/topology.yaml"
  # Names of options → files; what is not set is left out.
  options = {
    "--store-password-file" = var.store_password_file
    "--store-ca"            = var.store_ca_file
    "--tokens"              = var.tokens_file
    "--node-key"            = var.node_key_file
    "--tls-certificate"     = var.tls_certificate_file
    "--tls-key"             = var.tls_key_file
  }
}

module "user_data" {
  source = "../user-data"

  unit       = local.unit
  unit_files = { (local.unit) = file("${path.module}/../../../lb-config/operations/roomlb.service") }
  command = concat(
    [var.roomlb, "serve", "--topology", local.topology, "--store", var.store, "--listen", var.listen],
    flatten([for option, file in local.options : [option, file] if file != null]),
    var.behind_tls_proxy ? ["--behind-tls-proxy"] : [],
    flatten([for name in var.allow_hosts : ["--allow-host", name]]),
    var.arguments,
  )
  environment      = var.environment
  environment_file = "/etc/roomlb/roomlb.env"
  files = merge(var.files, {
    # What is changed by REST is kept in the store, and goes before this.
    (local.topology) = var.topology != null ? var.topology : yamlencode({ cluster = var.cluster, vips = [], nodes = [] })
  })
  packages = var.packages
  prepare  = var.prepare
}

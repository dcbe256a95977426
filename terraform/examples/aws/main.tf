# A VIP in each zone, three nodes of four workers behind each, two dispatchers. Everything that tells nodes apart comes
# from module.cluster.nodes, which is known before anything is made.

module "cluster" {
  source = "../../modules/aws-cluster"

  name   = "edge-1"
  vpc_id = var.vpc_id

  # One zone for each VIP: a zone that is lost takes along the address of its own nodes, and no others'.
  vips = {
    for zone, subnets in var.zones : zone => { nodes = var.nodes_per_zone, zones = { (zone) = subnets } }
  }

  # As many as the instance has vCPUs. 4 workers: at most 12 nodes behind a VIP (output "capacity").
  workers_per_node = 4

  nodes = {
    image_id            = var.image_id
    instance_type       = "c7g.xlarge"
    drain_limit_seconds = local.drain_limit
    secret_arns         = ["arn:aws:secretsmanager:${var.region}:${local.account}:secret:${var.secrets.node_prefix}/NODE-??????"]
  }
  node_user_data = { for id, node in module.media_node : id => node.user_data }

  # wss://A.DOMAIN/n/NODE/; TLS ends on the load balancer.
  signalling = {
    certificate_arn = var.certificate_arn
    domain          = var.domain
  }

  dispatchers = {
    subnet_ids      = [for subnets in var.zones : subnets.private_subnet_id]
    image_id        = var.image_id
    instance_type   = "t4g.small"
    certificate_arn = var.api.certificate_arn
    secret_arns     = [var.secrets.tokens_arn]
  }
  dispatcher_user_data = module.dispatcher.user_data

  redis = { auth_secret_arn = var.secrets.redis_arn }
}

module "dispatcher" {
  source = "../../modules/dispatcher"

  cluster          = "edge-1"
  store            = module.cluster.redis.url
  listen           = "0.0.0.0:8080"
  behind_tls_proxy = true
  allow_hosts      = [var.api.name]
  # Fetched by the instance, whose role may; user data says where to look, not what it is.
  prepare             = [for secret, file in local.dispatcher_files : concat(local.fetch, [file, secret])]
  tokens_file         = local.dispatcher_files[var.secrets.tokens_arn]
  store_password_file = local.dispatcher_files[var.secrets.redis_arn]
}

module "media_node" {
  source   = "../../modules/media-node"
  for_each = module.cluster.nodes

  node        = each.key
  dispatchers = ["https://${var.api.name}"]
  token_file  = "/etc/roomlb/token"
  drain_limit = local.drain_limit
  prepare     = [concat(local.fetch, ["/etc/roomlb/token", "${var.secrets.node_prefix}/${each.key}"])]
}

# Names: of the API inside the VPC, and of each VIP for everybody.

resource "aws_route53_record" "api" {
  zone_id = var.api.private_zone_id
  name    = var.api.name
  type    = "A"

  alias {
    name                   = module.cluster.dispatcher_load_balancer.dns_name
    zone_id                = module.cluster.dispatcher_load_balancer.zone_id
    evaluate_target_health = false
  }
}

resource "aws_route53_record" "vip" {
  for_each = module.cluster.vip_addresses

  zone_id = var.public_zone_id
  name    = "${each.key}.${var.domain}"
  type    = "A"
  ttl     = 300
  records = values(each.value)
}

data "aws_caller_identity" "current" {}

locals {
  account     = data.aws_caller_identity.current.account_id
  drain_limit = 3600

  dispatcher_files = {
    (var.secrets.redis_arn)  = "/etc/roomlb/redis-password"
    (var.secrets.tokens_arn) = "/etc/roomlb/tokens"
  }

  # FILE SECRET: readable by root and the group roomlb; asked for until it is there.
  fetch = ["/bin/sh", "-euc", join("; ", [
    "install -d -m 755 /etc/roomlb",
    "umask 027",
    "until aws --region ${var.region} secretsmanager get-secret-value --secret-id \"$1\" --query SecretString --output text > \"$0\"",
    "do sleep 5",
    "done",
    "chgrp roomlb \"$0\"",
  ])]
}

output "topology" {
  description = "For topology/, which is applied from inside the VPC."
  value       = module.cluster.topology
}

output "capacity" {
  value = module.cluster.capacity
}

output "autoscaling_groups" {
  value = module.cluster.autoscaling_groups
}

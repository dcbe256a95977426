# The claims, shared by dispatchers: encrypted on the way and at rest, with a password, and with a replica in another
# zone that takes over.

resource "aws_elasticache_subnet_group" "redis" {
  name       = "${var.name}-redis"
  subnet_ids = var.dispatchers.subnet_ids
  tags       = local.tags
}

resource "aws_elasticache_parameter_group" "redis" {
  name   = "${var.name}-redis"
  family = "redis${split(".", var.redis.engine_version)[0]}"

  # A full memory shall refuse what is new rather than forget who lives where, which is what AWS' default does.
  parameter {
    name  = "maxmemory-policy"
    value = "noeviction"
  }

  tags = local.tags
}

resource "aws_elasticache_replication_group" "redis" {
  replication_group_id = "${var.name}-redis"
  description          = "Claims of RoomLB cluster ${var.name}"
  engine               = "redis"
  engine_version       = var.redis.engine_version
  node_type            = var.redis.node_type
  port                 = 6379
  num_cache_clusters   = var.redis.replicas + 1
  parameter_group_name = aws_elasticache_parameter_group.redis.name
  subnet_group_name    = aws_elasticache_subnet_group.redis.name
  security_group_ids   = [aws_security_group.redis.id]

  automatic_failover_enabled = true
  multi_az_enabled           = true
  at_rest_encryption_enabled = true
  kms_key_id                 = var.redis.kms_key_id
  transit_encryption_enabled = true

  # Terraform's state has it in the clear, as it does whatever a resource is given: keep the state encrypted. No user
  # data has it; dispatchers ask Secrets Manager.
  auth_token                 = data.aws_secretsmanager_secret_version.redis.secret_string
  auth_token_update_strategy = "ROTATE"

  tags = local.tags
}

data "aws_secretsmanager_secret_version" "redis" {
  secret_id = var.redis.auth_secret_arn
}

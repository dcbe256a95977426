# A role for each slot: an instance can take hold of its own interface, end its own wait, and read its secrets. It can
# do nothing to any other node.

data "aws_region" "current" {}

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

locals {
  arn_prefix = {
    for service in ["autoscaling", "ec2"] : service =>
    "arn:${data.aws_partition.current.partition}:${service}:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}"
  }

  assumed_by_instances = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role" "node" {
  for_each = local.nodes

  name_prefix        = "${var.name}-${each.key}-"
  description        = "RoomLB node ${each.key}"
  assume_role_policy = local.assumed_by_instances
  tags               = local.node_tags[each.key]
}

resource "aws_iam_instance_profile" "node" {
  for_each = local.nodes

  name_prefix = "${var.name}-${each.key}-"
  role        = aws_iam_role.node[each.key].name
  tags        = local.node_tags[each.key]
}

resource "aws_iam_role_policy" "node" {
  for_each = local.nodes

  name = "roomlb-slot"
  role = aws_iam_role.node[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid      = "OwnInterface"
        Effect   = "Allow"
        Action   = "ec2:AttachNetworkInterface"
        Resource = aws_network_interface.node[each.key].arn
      },
      {
        # Attaching asks for leave for the instance too.
        Sid      = "OwnInstance"
        Effect   = "Allow"
        Action   = "ec2:AttachNetworkInterface"
        Resource = "${local.arn_prefix.ec2}:instance/*"
        Condition = {
          StringEquals = {
            "aws:ResourceTag/roomlb:cluster" = var.name
            "aws:ResourceTag/roomlb:node"    = each.key
          }
        }
      },
      {
        Sid    = "OwnHook"
        Effect = "Allow"
        Action = ["autoscaling:CompleteLifecycleAction", "autoscaling:RecordLifecycleActionHeartbeat"]
        # By name: the group cannot exist before this policy does.
        Resource = "${local.arn_prefix.autoscaling}:autoScalingGroup:*:autoScalingGroupName/${var.name}-${each.key}"
      },
      ],
      local.secret_statements[each.key]
    )
  })
}

resource "aws_iam_role" "dispatcher" {
  name_prefix        = "${var.name}-dispatcher-"
  description        = "RoomLB dispatchers of ${var.name}"
  assume_role_policy = local.assumed_by_instances
  tags               = local.tags
}

resource "aws_iam_instance_profile" "dispatcher" {
  name_prefix = "${var.name}-dispatcher-"
  role        = aws_iam_role.dispatcher.name
  tags        = local.tags
}

resource "aws_iam_role_policy" "dispatcher" {
  name = "roomlb-secrets"
  role = aws_iam_role.dispatcher.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = local.secret_statements.dispatcher
  })
}

locals {
  # Whose secrets, by node id; and dispatchers', of which there always is one.
  readable_secrets = merge(
    { for id, _ in local.nodes : id => [for arn in var.nodes.secret_arns : replace(arn, "NODE", id)] },
    { dispatcher = concat([var.redis.auth_secret_arn], var.dispatchers.secret_arns) },
  )
  secret_statements = {
    for who, arns in local.readable_secrets : who => [
      for _ in range(length(arns) > 0 ? 1 : 0) : {
        Sid      = "OwnSecrets"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = arns
      }
    ]
  }
}

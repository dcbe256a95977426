variable "name" {
  description = "Name of the cluster: the first part of the names of everything here, and its tag roomlb:cluster."
  type        = string

  validation {
    # Names of target groups have at most 32 characters: name (12), VIP (12), port (5), and two hyphens.
    condition     = can(regex("^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$", var.name)) && var.name != "internal"
    error_message = "name: \"${var.name}\" is not 1 to 12 lower-case letters, digits and hyphens, from a letter on (nor \"internal\", which Elastic Load Balancing keeps for itself). Write for example: name = \"edge-1\"."
  }
}

variable "vpc_id" {
  description = "The VPC that everything is in. It is given, not made here: networks outlive clusters."
  type        = string

  validation {
    condition     = can(regex("^vpc-[0-9a-f]+$", var.vpc_id))
    error_message = "vpc_id: \"${var.vpc_id}\" is no id of a VPC. Write for example: vpc_id = \"vpc-0123456789abcdef0\"."
  }
}

variable "vips" {
  description = <<-EOT
    Virtual IPs, by id. Each is a Network Load Balancer of its own with a static address (an Elastic IP) in each of its
    zones, and so many nodes behind it. Best one zone each: then media never crosses zones, and a zone that is lost
    takes along the address of its own nodes alone. To go beyond what one load balancer carries, declare more of them.
  EOT
  type = map(object({
    # How many slots. A slot is a node id that keeps its address and ports whichever instance fills it. To have more
    # or fewer changes no other slot.
    nodes = number
    # By name of the zone as rooms may ask for it. Slots take zones in turn, in the order of names.
    zones = map(object({
      public_subnet_id  = string # of the load balancer
      private_subnet_id = string # of nodes
    }))
    # Ports are unique behind a VIP only, so that all VIPs may begin at the same.
    first_media_port = optional(number, 40000)
  }))

  validation {
    condition     = alltrue([for id in keys(var.vips) : can(regex("^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$", id))])
    error_message = "vips: ids are 1 to 12 lower-case letters, digits and hyphens, from a letter on; these are not: ${join(", ", [for id in keys(var.vips) : id if !can(regex("^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$", id))])}."
  }

  validation {
    condition     = length(var.vips) > 0 && alltrue([for vip in var.vips : length(vip.zones) > 0])
    error_message = "vips: there has to be a VIP, and each needs at least one zone: zones = { a = { public_subnet_id = \"subnet-…\", private_subnet_id = \"subnet-…\" } }."
  }

  validation {
    condition     = alltrue([for vip in var.vips : vip.nodes >= 1 && floor(vip.nodes) == vip.nodes])
    error_message = "vips: nodes is a whole number from 1 on, in each of: ${join(", ", keys(var.vips))}."
  }

  validation {
    condition = alltrue(flatten([for vip in var.vips : [for zone in vip.zones : [
      for subnet in [zone.public_subnet_id, zone.private_subnet_id] : can(regex("^subnet-[0-9a-f]+$", subnet))
    ]]]))
    error_message = "vips: these are no ids of subnets (subnet-0123456789abcdef0): ${join(", ", flatten([for vip in var.vips : [for zone in vip.zones : [for subnet in [zone.public_subnet_id, zone.private_subnet_id] : subnet if !can(regex("^subnet-[0-9a-f]+$", subnet))]]]))}."
  }

  validation {
    condition     = alltrue([for vip in var.vips : vip.nodes * var.workers_per_node <= local.media_listeners_per_vip])
    error_message = <<-EOT
      vips: more media ports than a Network Load Balancer has listeners, one for each port (UDP and TCP share it):
      ${join("\n", [for id, vip in var.vips : "${id}: ${vip.nodes} nodes × ${var.workers_per_node} workers + ${local.signalling_listeners} for signalling = ${vip.nodes * var.workers_per_node + local.signalling_listeners} listeners of at most ${local.listeners_per_vip}" if vip.nodes * var.workers_per_node > local.media_listeners_per_vip])}
      AWS raises that quota for nobody. At most ${local.nodes_per_vip} nodes of ${var.workers_per_node} workers fit behind one VIP: declare another VIP for the rest, or have fewer workers per node.
    EOT
  }

  validation {
    condition     = length(var.vips) + 1 <= var.quotas.load_balancers
    error_message = "vips: ${length(var.vips)} VIPs and one load balancer of the dispatchers are more than ${var.quotas.load_balancers} Network Load Balancers in a region. Where AWS has raised it for you, say so: quotas = { load_balancers = … }."
  }

  validation {
    condition     = sum(concat([1], [for vip in var.vips : vip.nodes * var.workers_per_node + local.signalling_listeners])) <= var.quotas.target_groups
    error_message = "vips: ${sum(concat([1], [for vip in var.vips : vip.nodes * var.workers_per_node + local.signalling_listeners]))} target groups (one for each media port, one for each VIP's signalling, one of the dispatchers) are more than ${var.quotas.target_groups} in a region. Where AWS has raised it for you, say so: quotas = { target_groups = … }."
  }

  validation {
    condition     = sum([for vip in var.vips : length(vip.zones)]) <= var.quotas.elastic_ips
    error_message = "vips: ${sum([for vip in var.vips : length(vip.zones)])} zones of VIPs, with an address each, are more than ${var.quotas.elastic_ips} Elastic IPs in a region, of which NAT gateways have some too. Where AWS has raised it for you, say so: quotas = { elastic_ips = … }."
  }

  validation {
    condition     = sum([for vip in var.vips : vip.nodes]) + 1 <= var.quotas.autoscaling_groups
    error_message = "vips: ${sum([for vip in var.vips : vip.nodes])} slots and one group of the dispatchers are more than ${var.quotas.autoscaling_groups} Auto Scaling groups in a region. Where AWS has raised it for you, say so: quotas = { autoscaling_groups = … }."
  }

  validation {
    condition = alltrue([
      for vip in var.vips : vip.first_media_port >= 1024 && floor(vip.first_media_port) == vip.first_media_port &&
      vip.first_media_port + vip.nodes * var.workers_per_node - 1 <= 65535
    ])
    error_message = "vips: media ports run from first_media_port (at least 1024) for nodes × workers_per_node, and not beyond 65535. Write for example: first_media_port = 40000."
  }

  validation {
    condition = var.signalling == null || alltrue([
      for vip in var.vips : try(var.signalling.port < vip.first_media_port || var.signalling.port >= vip.first_media_port + vip.nodes * var.workers_per_node, true)
    ])
    error_message = "vips: signalling.port ${try(var.signalling.port, "")} is among the media ports of a VIP, and a port has one listener. Move first_media_port."
  }
}

variable "workers_per_node" {
  description = "Media workers of a node, one for each vCPU: each has one media port. A change moves ports: drain all nodes first."
  type        = number

  validation {
    condition     = var.workers_per_node >= 1 && var.workers_per_node <= local.media_listeners_per_vip && floor(var.workers_per_node) == var.workers_per_node
    error_message = "workers_per_node: ${var.workers_per_node} is not a whole number from 1 to ${local.media_listeners_per_vip}, the media ports that one Network Load Balancer has listeners for."
  }
}

variable "media_protocols" {
  description = "Transport protocols of media. With both, a port has one listener and one target group of protocol TCP_UDP."
  type        = set(string)
  default     = ["udp", "tcp"]

  validation {
    condition     = length(var.media_protocols) > 0 && length(setsubtract(var.media_protocols, ["udp", "tcp"])) == 0
    error_message = "media_protocols: of \"udp\" and \"tcp\" one or both, found ${jsonencode(var.media_protocols)}."
  }
}

variable "signalling" {
  description = <<-EOT
    The signalling port that nodes of a VIP share; null: none. With certificate_arn TLS ends on the load balancer, else
    on the nodes. With domain, URLs name VIP.DOMAIN, for which you make DNS records. A load balancer of layer 4 cannot see
    which node a client means, so that a node that is not the one sends the client on.
  EOT
  type = object({
    port            = optional(number, 443)
    node_port       = optional(number, 4443)
    certificate_arn = optional(string)
    domain          = optional(string)
  })
  default = {}

  validation {
    condition     = var.signalling == null || try(alltrue([for port in [var.signalling.port, var.signalling.node_port] : port >= 1 && port <= 65535 && floor(port) == port]), false)
    error_message = "signalling: port and node_port are whole numbers from 1 to 65535."
  }

  validation {
    condition     = try(var.signalling.certificate_arn, null) == null || can(regex("^arn:aws[a-z-]*:(acm|iam):", var.signalling.certificate_arn))
    error_message = "signalling.certificate_arn: no ARN of a certificate of ACM or IAM. Write for example: \"arn:aws:acm:eu-central-1:123456789012:certificate/…\"."
  }

  validation {
    condition     = try(var.signalling.domain, null) == null || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.signalling.domain))
    error_message = "signalling.domain: no DNS name. VIPs are reached as VIP.DOMAIN; write for example: \"sfu.example.net\"."
  }
}

variable "health_port" {
  description = "TCP port where nodes answer GET /health, and UDP port where they answer STUN while they are well."
  type        = number
  default     = 9100

  validation {
    condition     = var.health_port >= 1 && var.health_port <= 65535 && var.health_port != try(var.signalling.node_port, 0)
    error_message = "health_port: ${var.health_port} is not from 1 to 65535, or is signalling.node_port as well."
  }
}

variable "client_cidrs" {
  description = "Where clients come from. Also where the dispatchers' probes through the VIPs do: the address of the NAT gateway."
  type        = set(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = length(var.client_cidrs) > 0 && alltrue([for cidr in var.client_cidrs : can(cidrnetmask(cidr))])
    error_message = "client_cidrs: at least one range of IPv4 addresses, such as \"0.0.0.0/0\", found ${jsonencode(var.client_cidrs)}."
  }

  validation {
    condition     = length(var.client_cidrs) * (length(var.media_protocols) + local.signalling_listeners) <= 60
    error_message = "client_cidrs: ${length(var.client_cidrs)} ranges × ${length(var.media_protocols) + local.signalling_listeners} rules each are more than the 60 rules of a security group. Write wider ranges."
  }
}

variable "nodes" {
  description = "The instances that fill slots. Tokens and other secrets are fetched from Secrets Manager by the instance itself; secret_arns says which it may read."
  type = object({
    image_id      = string
    instance_type = string
    volume_gib    = optional(number, 20)
    kms_key_id    = optional(string)
    key_name      = optional(string)
    # The unit of systemd that runs the media node: it gets its address before it starts, and is stopped to drain.
    # NODE stands for the node's id.
    service = optional(string, "roomlb-media-node@NODE.service")
    # NODE likewise, so that each reads its own: "arn:aws:secretsmanager:…:secret:roomlb/NODE-??????".
    secret_arns = optional(list(string), [])
    # How long rooms may go on when an instance is to be replaced. Say the same to media-node --drain-limit.
    drain_limit_seconds = optional(number, 3600)
  })

  validation {
    condition     = can(regex("^ami-[0-9a-f]+$", var.nodes.image_id))
    error_message = "nodes.image_id: \"${var.nodes.image_id}\" is no id of an image. Write for example: \"ami-0123456789abcdef0\"."
  }

  validation {
    # An hour less than what Auto Scaling grants at most: a hundred times the heartbeat.
    condition     = var.nodes.drain_limit_seconds >= 0 && var.nodes.drain_limit_seconds <= 100 * local.heartbeat_seconds - 3600
    error_message = "nodes.drain_limit_seconds: ${var.nodes.drain_limit_seconds} is not from 0 to ${100 * local.heartbeat_seconds - 3600}. Auto Scaling waits for a hook at most 100 × ${local.heartbeat_seconds} s, and boot and shutdown take their share."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9:_.@-]+\\.service$", var.nodes.service))
    error_message = "nodes.service: \"${var.nodes.service}\" is no name of a service of systemd. Write for example: \"roomlb-media-node@NODE.service\"."
  }
}

variable "node_user_data" {
  description = "What cloud-init shall do on each node (#cloud-config or a script), by node id. See terraform/modules/media-node."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.node_user_data), keys(local.nodes))) == 0
    error_message = "node_user_data: there are no such nodes: ${join(", ", setsubtract(keys(var.node_user_data), keys(local.nodes)))}. There are: ${join(", ", keys(local.nodes))}."
  }

  validation {
    condition     = !anytrue([for text in var.node_user_data : can(regex(local.secret_pattern, text))])
    error_message = "node_user_data: has a secret in the clear (a token of RoomLB, a private key, or a password), which everybody reads who may describe the instance. Have the instance fetch it from Secrets Manager: nodes.secret_arns."
  }
}

variable "dispatchers" {
  description = "The dispatchers: at least two, in subnets of at least two zones, behind an internal load balancer. With certificate_arn TLS ends there (serve --behind-tls-proxy), else on the dispatchers."
  type = object({
    subnet_ids      = list(string)
    image_id        = string
    instance_type   = string
    count           = optional(number, 2)
    port            = optional(number, 8080)
    volume_gib      = optional(number, 20)
    kms_key_id      = optional(string)
    key_name        = optional(string)
    certificate_arn = optional(string)
    # Beside that of Redis.
    secret_arns = optional(list(string), [])
    # Who may call the API beside the nodes: security groups and private ranges of addresses.
    caller_security_group_ids = optional(list(string), [])
    caller_cidrs              = optional(list(string), [])
  })

  validation {
    condition     = length(toset(var.dispatchers.subnet_ids)) >= 2 && alltrue([for id in var.dispatchers.subnet_ids : can(regex("^subnet-[0-9a-f]+$", id))])
    error_message = "dispatchers.subnet_ids: ids of private subnets in at least two zones, found ${jsonencode(var.dispatchers.subnet_ids)}."
  }

  validation {
    condition     = var.dispatchers.count >= 2 && floor(var.dispatchers.count) == var.dispatchers.count
    error_message = "dispatchers.count: ${var.dispatchers.count} is not a whole number from 2 on. One alone is a single point of failure."
  }

  validation {
    condition     = can(regex("^ami-[0-9a-f]+$", var.dispatchers.image_id))
    error_message = "dispatchers.image_id: \"${var.dispatchers.image_id}\" is no id of an image. Write for example: \"ami-0123456789abcdef0\"."
  }

  validation {
    condition = alltrue([
      for cidr in var.dispatchers.caller_cidrs : can(cidrnetmask(cidr)) && anytrue([
        # The private ranges of RFC 1918, and RFC 6598's: each caller's range lies in one of them.
        for range in ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"] :
        try(tonumber(split("/", cidr)[1]) >= tonumber(split("/", range)[1]) && cidrhost("${split("/", cidr)[0]}/${split("/", range)[1]}", 0) == cidrhost(range, 0), false)
      ])
    ])
    error_message = "dispatchers.caller_cidrs: the API is for the inside alone; write private ranges, such as \"10.0.0.0/16\", not ${jsonencode(var.dispatchers.caller_cidrs)}."
  }
}

variable "dispatcher_user_data" {
  description = "What cloud-init shall do on each dispatcher. See terraform/modules/dispatcher."
  type        = string
  default     = ""

  validation {
    condition     = !can(regex(local.secret_pattern, var.dispatcher_user_data))
    error_message = "dispatcher_user_data: has a secret in the clear (a token of RoomLB, a private key, or a password), which everybody reads who may describe the instance. Have the instance fetch it from Secrets Manager: dispatchers.secret_arns."
  }
}

variable "redis" {
  description = "What dispatchers keep claims in. auth_secret_arn names a secret whose text is the password: 16 to 128 printable characters without @, \" and /."
  type = object({
    auth_secret_arn = string
    node_type       = optional(string, "cache.t4g.small")
    replicas        = optional(number, 1)
    engine_version  = optional(string, "7.1")
    kms_key_id      = optional(string)
  })

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:secretsmanager:", var.redis.auth_secret_arn))
    error_message = "redis.auth_secret_arn: no ARN of a secret. Make one (aws secretsmanager create-secret) and write its ARN; the password itself does not belong here."
  }

  validation {
    condition     = var.redis.replicas >= 1 && var.redis.replicas <= 5
    error_message = "redis.replicas: ${var.redis.replicas} is not from 1 to 5. Without a replica nothing takes over."
  }
}

variable "quotas" {
  description = "Quotas of your account in this region that AWS raises on request; the defaults are AWS' own."
  type = object({
    load_balancers     = optional(number, 50)
    target_groups      = optional(number, 3000)
    elastic_ips        = optional(number, 5)
    autoscaling_groups = optional(number, 500)
  })
  default = {}
}

variable "deletion_protection" {
  description = "Whether the load balancers of VIPs refuse to be deleted. Their addresses are in use by every client."
  type        = bool
  default     = true
}

variable "tags" {
  description = "Tags for everything, beside roomlb:cluster and roomlb:node."
  type        = map(string)
  default     = {}

  validation {
    condition     = !anytrue([for key in keys(var.tags) : startswith(key, "roomlb:") || startswith(key, "aws:")])
    error_message = "tags: keys that begin with roomlb: or aws: are taken."
  }
}

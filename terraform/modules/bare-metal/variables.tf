variable "cluster" {
  description = "Name of the cluster, as the topology of its dispatchers has it."
  type        = string
  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$", var.cluster))
    error_message = "A name has 1 to 63 letters, digits, dots, dashes and underscores, and begins with a letter or a digit."
  }
}

variable "vip" {
  description = "The virtual IP, as in roomlb_vip, without vrrp."
  type = object({
    id         = optional(string, "public")
    addresses  = list(string)
    forwarding = optional(string, "nat")
    snat       = optional(bool, false)
    signalling = optional(object({
      port         = optional(number)
      ports        = optional(string)
      domain       = optional(string)
      host         = optional(string)
      tls          = optional(string)
      idle_timeout = optional(string, "1h")
      persistence  = optional(string)
    }))
    media = object({
      ports        = string
      protocols    = optional(list(string), ["udp", "tcp"])
      idle_timeout = optional(string, "60s")
      drain        = optional(string, "keep-flows")
    })
  })
  validation {
    condition     = can(regex("^[0-9]{1,5}-[0-9]{1,5}$", var.vip.media.ports))
    error_message = "Write vip.media.ports as FIRST-LAST, such as 40000-40999."
  }
  validation {
    condition     = alltrue([for address in var.vip.addresses : can(cidrhost("${address}${strcontains(address, ":") ? "/128" : "/32"}", 0))])
    error_message = "Write addresses of the VIP without a length, such as 203.0.113.10 or 2001:db8::10."
  }
  validation {
    condition     = try(var.vip.signalling.tls, null) != "terminate"
    error_message = "IPVS ends no TLS: write tls = \"passthrough\", and let nodes end it."
  }
}

variable "vrrp" {
  description = "How the balancers agree on who holds the VIP (RFC 9568). `unicast`: they tell one another by address, for networks that carry no multicast; not with `sync`."
  type = object({
    interface       = string
    router_id       = number
    advert_interval = optional(string, "1s")
    unicast         = optional(bool, false)
  })
  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$", var.vrrp.interface))
    error_message = "Write the name of a network interface, such as eth0 or bond0.120."
  }
  validation {
    condition     = var.vrrp.router_id >= 1 && var.vrrp.router_id <= 255 && floor(var.vrrp.router_id) == var.vrrp.router_id
    error_message = "A virtual router id is a whole number from 1 to 255, its own on the network."
  }
}

variable "balancers" {
  description = "The balancers by name. `address`: its own one on the VIP's network. `priority`: the highest holds the VIP first; whoever has it keeps it (nopreempt), and of equals the higher address gets it."
  type = map(object({
    address  = string
    priority = optional(number, 100)
  }))
  validation {
    condition     = alltrue([for name in keys(var.balancers) : can(regex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$", name))])
    error_message = "Names of balancers have 1 to 63 letters, digits, dots, dashes and underscores, and begin with a letter or a digit."
  }
  validation {
    condition     = length(var.balancers) >= 2 || (var.single_balancer && length(var.balancers) == 1)
    error_message = "With fewer than two balancers nobody takes over the VIP. Add one, or say single_balancer = true."
  }
  validation {
    condition     = length(distinct([for balancer in var.balancers : balancer.address])) == length(var.balancers)
    error_message = "Two balancers have one address."
  }
  validation {
    condition     = alltrue([for balancer in var.balancers : can(cidrhost("${balancer.address}${strcontains(balancer.address, ":") ? "/128" : "/32"}", 0)) && !contains(var.vip.addresses, balancer.address)])
    error_message = "Write the balancers' own addresses, without a length, none of them the VIP's."
  }
  validation {
    condition     = alltrue([for balancer in var.balancers : balancer.priority >= 1 && balancer.priority <= 254 && floor(balancer.priority) == balancer.priority])
    error_message = "Priorities are whole numbers from 1 to 254."
  }
}

variable "single_balancer" {
  description = "One balancer is meant: the VIP is gone while it is."
  type        = bool
  default     = false
}

variable "nodes" {
  description = "The media nodes by id, as in roomlb_node. Each media worker has a port of its own, unique behind the VIP."
  type = map(object({
    addresses        = list(string)
    media_ports      = string
    kind             = optional(string, "mediasoup")
    zone             = optional(string)
    weight           = optional(number, 100)
    signalling_port  = optional(number)
    health_port      = optional(number)
    stun_port        = optional(number)
    state            = optional(string, "active")
    drain_timeout    = optional(string, "10m")
    on_drain_timeout = optional(string, "fail")
  }))
  validation {
    condition     = alltrue([for node in var.nodes : can(regex("^[0-9]{1,5}(-[0-9]{1,5})?$", node.media_ports))])
    error_message = "Write media_ports as one port or FIRST-LAST, such as 40000-40003."
  }
  validation {
    condition = try(alltrue([for node in var.nodes :
      tonumber(split("-", node.media_ports)[0]) >= tonumber(split("-", var.vip.media.ports)[0]) &&
      tonumber(reverse(split("-", node.media_ports))[0]) <= tonumber(split("-", var.vip.media.ports)[1])
    ]), true)
    error_message = try("Outside of vip.media.ports (${var.vip.media.ports}): ${join(", ", [for id, node in var.nodes : "${id} with ${node.media_ports}"
      if tonumber(split("-", node.media_ports)[0]) < tonumber(split("-", var.vip.media.ports)[0]) || tonumber(reverse(split("-", node.media_ports))[0]) > tonumber(split("-", var.vip.media.ports)[1])
    ])}. Widen it, or give the node other ports.", "Some node has media_ports outside of vip.media.ports.")
  }
  validation {
    # First (a) and last (b) ports in ascending order: where two ranges overlap, an a follows an a.
    condition = try(length(regexall("a:[^ ]+ [0-9]{5}a:", join(" ", sort(flatten([for id, node in var.nodes : [
      format("%05da:%s", split("-", node.media_ports)[0], id),
      format("%05db:%s", reverse(split("-", node.media_ports))[0], id),
    ]]))))) == 0, true)
    error_message = try("Two nodes share media ports, so that the VIP could not tell them apart: ${join(", ", [
      for pair in regexall("a:([^ ]+) [0-9]{5}a:([^ ]+)", join(" ", sort(flatten([for id, node in var.nodes : [
        format("%05da:%s", split("-", node.media_ports)[0], id),
        format("%05db:%s", reverse(split("-", node.media_ports))[0], id),
      ]])))) : join(" and ", pair)
    ])}.", "Two nodes share media ports.")
  }
  validation {
    condition     = length(distinct(flatten([for node in var.nodes : node.addresses]))) == length(flatten([for node in var.nodes : node.addresses]))
    error_message = "Two nodes have one address. One host with more than one node is nothing for this module: use roomlb_node."
  }
}

variable "health_policy" {
  description = "How nodes are checked, as in roomlb_health_policy; a cluster has one. Not managed from here where left out."
  type = object({
    interval        = optional(string)
    timeout         = optional(string)
    rise            = optional(number)
    fall            = optional(number)
    panic_threshold = optional(number)
    slow_start      = optional(string)
  })
  default = null
}

variable "placement_policy" {
  description = "How rooms are given to nodes, as in roomlb_placement_policy; a cluster has one. Not managed from here where left out."
  type = object({
    algorithm        = optional(string)
    table_size       = optional(number)
    load_bound       = optional(string)
    moves_per_second = optional(string)
  })
  default = null
}

variable "sync" {
  description = "Let each balancer follow the dispatchers by itself (`roomlb sync`): what changes by REST, or by health where the topology says so, gets there without Terraform. They need `declaration` in their topology."
  type = object({
    dispatchers = list(string)
    token_file  = optional(string)
    ca_file     = optional(string)
    roomlb      = optional(string, "/usr/local/bin/roomlb")
    packages    = optional(list(string), ["keepalived", "ipvsadm"])
    prepare     = optional(list(list(string)), [])
    interval    = optional(string, "30s")
    max_removed = optional(string, "20%")
    drift       = optional(string, "repair")
  })
  default = null
  validation {
    condition     = var.sync == null || (try(length(var.sync.dispatchers), 0) > 0 && alltrue([for url in try(var.sync.dispatchers, []) : can(regex("^https?://[^[:cntrl:][:space:]/?#@]+(/[^[:cntrl:][:space:]?#]*)?$", url))]))
    error_message = "Write one or more http or https URLs of dispatchers without user, password, query and fragment."
  }
  validation {
    condition     = alltrue([for file in [try(var.sync.token_file, null), try(var.sync.ca_file, null), try(var.sync.roomlb, null)] : file == null || can(regex("^/[^[:cntrl:][:space:]]+$", file))])
    error_message = "Write absolute paths without blanks."
  }
  validation {
    condition     = alltrue([for name in try(var.sync.packages, []) : can(regex("^[a-z0-9][a-z0-9+.-]*$", name))])
    error_message = "Names of packages have small letters, digits, and + . -"
  }
  validation {
    condition     = var.sync == null || (!var.vrrp.unicast && length(distinct([for balancer in var.balancers : balancer.priority])) <= 1)
    error_message = "With sync all balancers get one file, that of the dispatchers' topology: leave out vrrp.unicast, and priorities that differ."
  }
}

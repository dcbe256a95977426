output "capacity" {
  description = "How many nodes fit, and how many there are: by VIP, and what limits them."
  value = {
    listeners_per_vip = local.listeners_per_vip
    nodes_per_vip     = local.nodes_per_vip
    vips = {
      for id, vip in var.vips : id => {
        nodes          = vip.nodes
        nodes_free     = local.nodes_per_vip - vip.nodes
        listeners_used = vip.nodes * var.workers_per_node + local.signalling_listeners
      }
    }
  }
}

output "nodes" {
  description = "Slots by node id: VIP, zone, and media ports. Known before anything is made."
  value = {
    for id, node in local.nodes : id => {
      vip         = node.vip
      zone        = node.zone
      media_ports = "${node.first_media_port}-${node.last_media_port}"
    }
  }
}

output "topology" {
  description = "VIPs and nodes with their addresses, as roomlb_vip and roomlb_node take them."
  value = {
    vips = {
      for id, vip in var.vips : id => {
        # In the order of the names of zones. Nodes announce the first.
        addresses  = [for zone, _ in vip.zones : aws_eip.vip["${id}:${zone}"].public_ip]
        forwarding = "nat"
        media = {
          protocols = [for protocol in ["udp", "tcp"] : protocol if contains(var.media_protocols, protocol)]
          # Room for as many nodes as fit.
          ports = "${vip.first_media_port}-${min(65535, vip.first_media_port + local.nodes_per_vip * var.workers_per_node - 1)}"
          # How long a Network Load Balancer remembers a flow of UDP that is silent; it cannot be changed.
          idle_timeout = "120s"
        }
        signalling = var.signalling == null ? null : {
          port = var.signalling.port
          host = var.signalling.domain == null ? null : "${id}.${var.signalling.domain}"
          tls  = var.signalling.certificate_arn == null ? "passthrough" : "terminate"
          # Where TLS ends on the balancer a topology says by which file. Here there is none: ACM has it.
          certificate = var.signalling.certificate_arn == null ? null : "/acm/${id}"
        }
      }
    }
    nodes = {
      for id, node in local.nodes : id => {
        kind            = "mediasoup"
        vip             = node.vip
        zone            = node.zone
        addresses       = [aws_network_interface.node[id].private_ip]
        media_ports     = "${node.first_media_port}-${node.last_media_port}"
        signalling_port = try(var.signalling.node_port, null)
        health_port     = var.health_port
        stun_port       = var.health_port
      }
    }
  }
}

output "vip_addresses" {
  description = "Static addresses by VIP and zone, for DNS records and other people's firewalls."
  value = {
    for id, vip in var.vips : id => { for zone, _ in vip.zones : zone => aws_eip.vip["${id}:${zone}"].public_ip }
  }
}

output "dispatcher_url" {
  description = "Where the API is, inside the VPC. A certificate that is for another name needs a DNS record that leads here."
  value       = "https://${aws_lb.dispatcher.dns_name}"
}

output "dispatcher_load_balancer" {
  description = "For that record: an alias of the internal load balancer."
  value       = { dns_name = aws_lb.dispatcher.dns_name, zone_id = aws_lb.dispatcher.zone_id }
}

output "redis" {
  description = "For serve --store, and the secret with its password."
  value = {
    url             = "rediss://${aws_elasticache_replication_group.redis.primary_endpoint_address}:6379/0"
    auth_secret_arn = var.redis.auth_secret_arn
  }
}

output "autoscaling_groups" {
  description = "By node id: what to start an instance refresh of, to bring in a new image."
  value       = { for id, group in aws_autoscaling_group.node : id => group.name }
}

output "security_groups" {
  description = "For rules of your own."
  value = {
    vip        = aws_security_group.vip.id
    node       = aws_security_group.node.id
    dispatcher = aws_security_group.dispatcher.id
    api        = aws_security_group.dispatcher_load_balancer.id
  }
}
